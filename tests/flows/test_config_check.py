"""`nadir config check`: the protocol in words, what the server lets us do, and which codes no list holds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ehr.practice.faults import Fault
from ehr.practice.server import running
from flows.commands import parser
from flows.outcomes import ending
from tests.flows.conftest import TOKEN
from tests.flows.plain_week import plain_week
from tests.flows.small_ward import Leaks, make_ward, patient_of, ward_home

LOCAL = "urn:our:house"


@pytest.fixture(scope="module")
def ward(hospital, shared) -> Path:
    return shared("ward", lambda folder: make_ward(hospital, folder))


@pytest.fixture(scope="module")
def odd_ward(ward, shared) -> Path:
    """The ward, in which three Conditions, two Procedures and a Specimen have codes that only this house knows."""

    def make(folder: Path) -> None:
        shutil.copytree(ward, folder, dirs_exist_ok=True)
        for name, element, number in (("Condition", "code", 3), ("Procedure", "code", 2), ("Specimen", "type", 1)):
            path = folder / f"{name}.ndjson"
            rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            of_first = [row for row in rows if patient_of(row) == patient_of(rows[0])]
            copies = [
                {**of_first[0], "id": f"{copy:020x}", element: {"coding": [{"system": LOCAL, "code": f"{name}-1"}]}}
                for copy in range(number)
            ]
            with path.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(row) + "\n" for row in copies)

    return shared("odd-ward", make)


def check(config: str, *words: str) -> int:
    arguments = parser().parse_args(["config", "check", "--config", config, *words])
    return ending(lambda: arguments.run(arguments))


def told(capsys, config: str, *words: str) -> tuple[int, dict[str, Any]]:
    code = check(config, "--json", *words)
    out = capsys.readouterr().out
    return code, json.loads(out)


def unknown(facts: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (row["resource_type"], code["code"]): code
        for row in facts["codes"]
        for code in row["unknown_codes"]
        if code["system"] == LOCAL
    }


def test_a_sound_server_is_described_and_codes_that_no_list_holds_come_with_the_line_to_add(
    odd_ward: Path, tmp_path: Path, capsys
) -> None:
    with running(odd_ward, token=TOKEN) as url:
        config = ward_home(tmp_path, url)
        code, facts = told(capsys, config, "--patients", "15")
        assert code == 0
        server = facts["server"]
        assert (server["fhir_version"], server["roster"], server["roster_patients"]) == ("4.0.1", "search", 15)
        assert {row["refusal"] for row in server["types"]} == {None}
        counts = {row["resource_type"]: row["count"] for row in server["types"]}
        assert counts["Patient"] == 15
        assert counts["Observation"] > 100
        found = unknown(facts)
        assert {key: row["resources"] for key, row in found.items()} == {
            ("Condition", "Condition-1"): 3, ("Procedure", "Procedure-1"): 2, ("Specimen", "Specimen-1"): 1,
        }  # fmt: skip
        shares = {(row["resource_type"], row["element"]): row["resources"] - row["known"] for row in facts["codes"]}
        assert shares["Condition", "code"] >= 3
        assert not [path for path in (tmp_path / "nadir-data").iterdir() if path.is_dir()], "nothing of it is kept"

        lists = tmp_path / "lists"
        lists.mkdir()
        for row in found.values():
            line = row["site_line"]
            (lists / line["file"]).write_text(f"{line['header']}\n{line['line']}\n", encoding="utf-8")
        config = ward_home(tmp_path, url, **{"site.valuesets": str(lists)})
        code, facts = told(capsys, config, "--patients", "15")
        assert (code, unknown(facts)) == (0, {})
        assert {(row["file"], row["system"]) for row in facts["unknown_systems"]} == {
            (row["site_line"]["file"], LOCAL) for row in found.values()
        }


def test_what_is_printed_names_shares_and_codes_and_no_patient(odd_ward: Path, tmp_path: Path, capsys) -> None:
    with running(odd_ward, token=TOKEN) as url:
        assert check(ward_home(tmp_path, url), "--patients", "15") == 0
    out = capsys.readouterr().out
    assert "Day 0 is the first CAR T-cell infusion of a course" in out
    assert "roster search: 15 patients" in out
    assert f"      3  {LOCAL} Condition-1\n           {LOCAL},Condition-1,exact" in out
    assert not Leaks(odd_ward).in_text(out)


def test_a_server_that_only_searches_by_patient_is_told_and_is_no_fault(ward: Path, tmp_path: Path, capsys) -> None:
    people = [json.loads(line)["id"] for line in (ward / "Patient.ndjson").read_text(encoding="utf-8").splitlines()]
    (tmp_path / "roster.txt").write_text("\n".join(people), encoding="utf-8")
    roster = {"server.roster": "patients", "server.roster_file": "roster.txt", "server.profile": "us-core"}
    with running(ward, token=TOKEN, profile="us-core") as url:
        code, facts = told(capsys, ward_home(tmp_path, url, **roster), "--patients", "1")
        assert (code, facts["server"]["roster_patients"], facts["server"]["sampled_patients"]) == (0, 15, 1)
        assert {row["count"] for row in facts["server"]["types"] if row["resource_type"] == "Observation"} == {None}

        assert check(ward_home(tmp_path, url), "--patients", "1") == 2
    assert "use the roster patients with a file" in capsys.readouterr().err


def test_a_type_that_may_not_be_searched_is_named_and_is_exit_code_1(ward: Path, tmp_path: Path, capsys) -> None:
    faults = [Fault(r"/Specimen\?patient", times=None, status=403)]
    with running(ward, token=TOKEN, faults=faults) as url:
        code, facts = told(capsys, ward_home(tmp_path, url), "--patients", "1")
    refused = {row["resource_type"]: row["refusal"] for row in facts["server"]["types"] if row["refusal"]}
    assert (code, refused) == (1, {"Specimen": "the server answered 403"})


def test_a_wrong_token_and_a_dead_server_are_one_sentence(ward: Path, tmp_path: Path, capsys) -> None:
    with running(ward, token=TOKEN) as url:
        config = ward_home(tmp_path, url)
        (tmp_path / "token").write_text("another", encoding="utf-8")
        assert check(config) == 2
    assert "refused our token" in capsys.readouterr().err
    assert check(ward_home(tmp_path, url)) == 2
    assert "no server answers" in capsys.readouterr().err


def test_offline_the_newest_week_says_how_far_the_lists_reach_and_landing_how_fast_it_grows(
    ward: Path, shared, capsys
) -> None:
    def issue(folder: Path) -> None:
        with running(ward, token=TOKEN) as url:
            assert plain_week(ward_home(folder, url)) == 0

    config = str(shared("ward-issued", issue) / "nadir.toml")
    code, facts = told(capsys, config, "--offline")
    assert (code, "server" in facts) == (0, False)
    assert [row["ingests"] for row in facts["growth"]] == [1]
    assert facts["growth"][0]["bytes"] > 10_000
    assert {row["resource_type"] for row in facts["codes"]} >= {"Condition", "Observation", "Procedure"}
    assert all(0 < row["known"] <= row["resources"] for row in facts["codes"])
