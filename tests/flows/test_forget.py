"""`nadir forget`: nothing of the patient stays but a count and a hash; figures stay as issued; kill -9 is no end."""

from __future__ import annotations

import gzip
import json
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ehr.forgotten import owner_of, read_forgotten
from ehr.practice.server import running
from flows.commands import parser
from flows.outcomes import ending
from reports.files import sha256_of
from tests.flows.conftest import TOKEN
from tests.flows.plain_week import plain_week
from tests.flows.small_ward import HEX_ID, command, make_ward, ward_home
from warehouse import read, rebuild, verify
from warehouse.connection import opened

KILLED = """
import os, signal, sys
left = int(sys.argv[1])
def counted(rename):
    def renamed(*names, **more):
        global left
        rename(*names, **more)
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
    return renamed
os.rename, os.replace = counted(os.rename), counted(os.replace)
from flows.commands import main
main(sys.argv[2:])
"""


@pytest.fixture(scope="module")
def ward(hospital, shared) -> Path:
    return shared("ward", lambda folder: make_ward(hospital, folder))


@pytest.fixture
def home(ward, shared, tmp_path) -> Path:
    """A copy of a home whose week was issued."""

    def issue(folder: Path) -> None:
        with running(ward, token=TOKEN) as url:
            assert plain_week(ward_home(folder, url)) == 0

    return shutil.copytree(shared("ward-issued", issue), tmp_path / "home")


@pytest.fixture
def patient(home: Path) -> str:
    """A patient with an episode on the issued page."""
    episodes = read(home / "nadir-data" / "store", "published.episodes")
    return str(episodes["patient_id"].min())


def forget(home: Path, patient_id: str, *words: str) -> int:
    arguments = parser().parse_args(["forget", "--config", str(home / "nadir.toml"), "--patient", patient_id, *words])
    return ending(lambda: arguments.run(arguments))


def resources_of(ward: Path, patient_id: str) -> set[str]:
    """Ids of everything that is about a patient, the Patient's own with them."""
    lines = [line for path in ward.glob("[A-Z]*.ndjson") for line in path.read_text(encoding="utf-8").splitlines()]
    resources = [json.loads(line) for line in lines]
    return {row["id"] for row in resources if owner_of(row) == patient_id}


def texts(home: Path) -> Iterator[tuple[Path, str]]:
    """Every file of a home as text: what is packed is unpacked, a database as its rows."""
    for path in sorted(path for path in (home / "nadir-data").rglob("*") if path.is_file()):
        if path.suffix == ".gz":
            yield path, gzip.decompress(path.read_bytes()).decode("utf-8")
        elif path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                yield path, "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
        elif path.suffix == ".duckdb":
            with opened(path, read_only=True) as database:
                names = database.execute("select table_schema || '.' || table_name from information_schema.tables")
                yield path, "\n".join(str(database.table(name).fetchall()) for (name,) in names.fetchall())
        yield path, path.read_bytes().decode("latin-1")


def remains(home: Path, identifiers: set[str]) -> list[str]:
    return sorted({path.name for path, text in texts(home) if not identifiers.isdisjoint(HEX_ID.findall(text))})


def figures_of(home: Path) -> dict[str, bytes]:
    data = home / "nadir-data"
    kept = [*data.glob("reports/*/*/*.csv"), *data.glob("landing/published/*/published.estimates.jsonl")]
    kept += [*data.glob("landing/published/*/published.curves.jsonl"), *data.glob("reports/*/*/measure-report.json")]
    return {str(path.relative_to(home)): path.read_bytes() for path in kept}


def demand_forgotten(home: Path, ward: Path, patient_id: str, figures: dict[str, bytes]) -> None:
    """Nothing of the patient is anywhere, figures are as issued, store and landing agree."""
    data = home / "nadir-data"
    assert remains(home, resources_of(ward, patient_id)) == []
    assert figures_of(home) == figures
    for manifest in data.glob("reports/*/*/manifest.json"):
        digests: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))["files"]
        assert {name: sha256_of(manifest.parent / name) for name in digests} == digests
    assert verify(data / "store", data / "landing").problems == ()
    assert rebuild(data / "store", data / "landing").differing == ()
    [entry] = read_forgotten(data / "landing").entries
    assert (entry.is_of(patient_id), entry.lines) == (True, sum(patient_lines(ward, patient_id)))
    assert not (data / "landing" / "forgetting.json").exists()


def patient_lines(ward: Path, patient_id: str) -> Iterator[bool]:
    for path in ward.glob("[A-Z]*.ndjson"):
        current: dict[str, dict[str, Any]] = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            current[row["id"]] = row
        yield from (owner_of(row) == patient_id for row in current.values())


def test_a_forgotten_patient_is_nowhere_and_the_issued_figures_are_as_they_were(
    home: Path, ward: Path, patient: str, capsys
) -> None:
    figures = figures_of(home)
    assert remains(home, resources_of(ward, patient)), "the search finds a patient who is there"
    assert forget(home, patient, "--json") == 0
    done = json.loads(capsys.readouterr().out)
    assert done["lines"] > 0
    assert done["issued_rows"] > 0
    assert done["files"] > 0
    demand_forgotten(home, ward, patient, figures)

    with running(ward, token=TOKEN) as url:
        assert plain_week(ward_home(home, url)) == 0
    assert remains(home, resources_of(ward, patient)) == []
    store = home / "nadir-data" / "store"
    assert len(read(store, "cohort.patients")) == 14
    assert set(read(store, "published.changes")["cause"]) == {"deleted"}, "and not what new data changed"
    assert forget(home, patient) == 2
    assert "no line of landing/ is about this patient" in capsys.readouterr().err


@pytest.mark.parametrize(
    "renames", [pytest.param(number, marks=pytest.mark.nightly) for number in (1, 2, 3, 4, 5, 6, 9, 14)]
)
def test_a_killed_forget_is_finished_by_the_next_command_that_writes(
    renames: int, home: Path, ward: Path, patient: str
) -> None:
    figures = figures_of(home)
    config = str(home / "nadir.toml")
    words = ["forget", "--config", config, "--patient", patient]
    killed = subprocess.run([sys.executable, "-c", KILLED, str(renames), *words], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert command("store", "rebuild", "--config", config).returncode == 0
    demand_forgotten(home, ward, patient, figures)
