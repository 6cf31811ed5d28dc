"""`nadir run ingest --rehearse` says what would be asked for, lands nothing and starts no flow."""

from __future__ import annotations

import json

import pytest

from ehr.practice.server import running
from flows.commands import main


@pytest.fixture
def home(hospital, tmp_path, monkeypatch):
    def write(url, **keys):
        lines = [f'time_zone = "Asia/Shanghai"\n\n[server]\nurl = "{url}"\nroster = "all"\n']
        file = tmp_path / "nadir.toml"
        file.write_text("".join(lines) + "".join(f"{name} = {json.dumps(value)}\n" for name, value in keys.items()))
        return file

    return write


def run(*words):
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return ended.value.code


def test_it_counts_and_lands_nothing(hospital, home, capsys, tmp_path):
    with running(hospital.folder) as url:
        code = run("run", "ingest", "--rehearse", "--json", "--config", home(url))
    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert found["patients"] is None
    assert {row["resource_type"]: row["resources"] for row in found["types"]}["Patient"] >= 1000
    assert not (tmp_path / "nadir-data" / "landing").exists()


@pytest.mark.parametrize("words", [("--only", "type"), ("--only", "since=soon"), ("--only", "patients=/nowhere.txt")])
def test_a_part_that_cannot_be_understood_is_refused(hospital, home, capsys, words):
    with running(hospital.folder) as url:
        assert run("run", "ingest", "--rehearse", *words, "--config", home(url)) == 2
    assert "--only" in capsys.readouterr().err
