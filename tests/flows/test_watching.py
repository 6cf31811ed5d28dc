"""What whoever watches sees: log lines with their run, status.json, gauges, the screen; however a run ends."""

from __future__ import annotations

import json
import logging
import re
import shutil
import stat
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Cancelled, Completed, Crashed, Failed

from ehr.practice.server import running
from flows import run_log
from flows.commands import parser
from flows.errors import GateStopped, StepFailed
from flows.outcomes import sentence
from flows.receipts import RunReceipt
from flows.run_ends import note_end
from flows.settings import load_settings
from flows.weekly import weekly
from flows.weeks import issued_runs
from tests.flows.conftest import TOKEN
from tests.flows.plain_week import plain_week
from tests.flows.small_ward import make_ward, ward_home

STARTED = datetime(2020, 1, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def issued_home(hospital, shared) -> Path:
    ward = shared("ward", lambda folder: make_ward(hospital, folder))

    def issue(folder: Path) -> None:
        with running(ward, token=TOKEN) as url:
            assert plain_week(ward_home(folder, url)) == 0

    return shared("ward-issued", issue)


@pytest.fixture
def config(issued_home, tmp_path) -> Path:
    """The settings of a copy of a home whose week was issued."""
    return shutil.copytree(issued_home, tmp_path / "home") / "nadir.toml"


def receipt(*missing: str) -> RunReceipt:
    return RunReceipt(
        flow="weekly", outcome="incomplete" if missing else "complete", as_of=STARTED, data_date=None, run_id="f" * 16,
        week="2020-W01", page=None, missing=missing, warnings=0,
    )  # fmt: skip


def end(config: Path, state: State[Any]) -> dict[str, Any]:
    """What status.json says of the weekly flow after a run that ended in this state."""
    run = FlowRun(
        id=uuid.UUID(int=7), flow_id=uuid.UUID(int=8), name="calm-heron", parameters={"config": str(config)},
        start_time=STARTED,
    )  # fmt: skip
    note_end(weekly, run, state)
    file = load_settings(config).home / "status.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["runs"]["weekly"]
    return found


def gauges(config: Path) -> dict[str, float]:
    """The samples of the Prometheus file; every one has a HELP and a TYPE before it, as its readers ask."""
    samples, declared = {}, []
    for line in (load_settings(config).home / "nadir.prom").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            declared.append(line.split()[1:3])
            continue
        name, value = line.rsplit(" ", 1)
        plain = name.partition("{")[0]
        assert declared[-2:] == [["HELP", plain], ["TYPE", plain]]
        samples[name] = float(value)
    return samples


def status(config: Path, *words: str) -> int:
    arguments = parser().parse_args(["status", "--config", str(config), *words])
    return int(arguments.run(arguments))


def test_log_lines_name_the_flow_and_from_the_first_station_on_the_run(config: Path) -> None:
    data = load_settings(config).home
    [run] = issued_runs(data / "landing")
    lines = (data / "logs" / "nadir.log").read_text(encoding="utf-8").splitlines()
    shape = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ INFO weekly run=(\S+) nadir\.steps: (.+)")
    named = {found[2]: found[1] for line in lines if (found := shape.fullmatch(line))}
    assert len(named) == len(lines), "every line has time, level, flow, run, place and words"
    assert {run_id for says, run_id in named.items() if says.startswith(("station", "issue"))} == {run.run_id}
    assert {run_id for says, run_id in named.items() if says.startswith(("pull", "load"))} == {"-"}


def test_the_log_rotates_and_every_file_is_its_owners_only(config: Path, monkeypatch) -> None:
    monkeypatch.setattr(run_log, "BYTES_A_FILE", 2_000)
    settings = load_settings(config)
    with run_log.run_log(settings, "weekly"):
        for number in range(500):
            logging.getLogger("nadir.steps").info("line %d", number)
    files = sorted((settings.home / "logs").iterdir())
    assert [file.name for file in files] == ["nadir.log", *(f"nadir.log.{number}" for number in range(1, 9))]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert "line 499" in files[0].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("state", "outcome", "says"),
    [
        (Completed(data=receipt()), "complete", "2020-W01 issued, complete"),
        (
            Completed(data=receipt("Observation: 1 of 15 patients"), name="Incomplete"),
            "incomplete",
            "2020-W01 issued, incomplete: Observation: 1 of 15 patients",
        ),
        (Failed(data=StepFailed("no server answers.")), "failed", "no server answers"),
        (Failed(data=GateStopped("gate raw stopped")), "failed", "gate raw stopped"),
        (Failed(data=KeyError("SENTINEL")), "failed", sentence(KeyError("SENTINEL")).rstrip(".")),
        (Crashed(), "crashed", "killed, or the machine stopped"),
        (Cancelled(), "cancelled", "cancelled in Prefect"),
    ],
    ids=["complete", "incomplete", "failed", "stopped", "unknown", "crashed", "cancelled"],
)
def test_each_end_of_a_run_has_one_sentence_in_file_gauge_log_and_screen(
    state: State[Any], outcome: str, says: str, config: Path, capsys
) -> None:
    ended = end(config, state)
    assert (ended["outcome"], ended["flow_run"]) == (outcome, "calm-heron")
    assert says in ended["sentence"]
    assert "SENTINEL" not in json.dumps(ended)
    assert ended["started_at"] == "2020-01-06T01:00:00Z"
    done = outcome in ("complete", "incomplete")
    found = gauges(config)
    assert found['nadir_run_done{flow="weekly"}'] == done
    assert found['nadir_run_complete{flow="weekly"}'] == (outcome == "complete")
    assert found["nadir_weeks_issued"] == 1
    last = (load_settings(config).home / "logs" / "nadir.log").read_text(encoding="utf-8").splitlines()[-1]
    assert last.endswith(
        f"weekly/calm-heron run={'f' * 16 if done else '-'} nadir.runs: {outcome}: {ended['sentence']}"
    )
    code = status(config)
    assert ended["sentence"] in capsys.readouterr().out
    # What is not whole is said by the exit code too; that a run was cancelled was somebody's wish.
    assert code == (1 if outcome in ("failed", "crashed") else 0)


def test_the_screen_names_the_types_whose_deletions_nobody_tells(config: Path, capsys) -> None:
    ledger = max((load_settings(config).home / "landing").glob("2*/ledger.jsonl"))
    row = {"unit": "deletions Observation", "resource_type": "Observation", "patient_id": None, "status": "complete"}
    reason = "deletions cannot be learned: the server tells no history and answers no search"
    ledger.write_text(ledger.read_text(encoding="utf-8") + json.dumps(row | {"reason": reason}) + "\n")
    assert status(config) == 0
    shown = {line[:16].strip(): line[17:] for line in capsys.readouterr().out.splitlines()}
    assert shown["deletions untold"] == "Observation"


def test_the_screen_names_issue_completeness_data_lock_disk_and_versions(config: Path, capsys) -> None:
    assert status(config) == 0
    told = capsys.readouterr().out
    shown = {line[:16].strip(): line[17:] for line in told.splitlines()}
    assert shown["last issue"] == "car-t-b-all 2020-W01"
    assert shown["last through"] == "2020-01-05"
    assert shown["last outcome"] == "complete"
    assert shown["writing"] == "none"
    assert shown["newest data"].endswith("Z")
    assert re.fullmatch(r"landing [\d.]+ GB, store [\d.]+ GB, reports [\d.]+ GB, free [\d.]+ GB", shown["disk"])
    assert {"nadir", "python", "duckdb", "prefect"} <= set(re.findall(r"([a-z.-]+) [\d.]+", shown["versions"]))
    assert re.search(r"Observation: (\d+) of \1 units complete", told)


@pytest.mark.parametrize(("age", "code"), [("0m", 1), ("9000d", 0)])
def test_an_issue_older_than_asked_is_said_by_the_exit_code(age: str, code: int, config: Path) -> None:
    assert status(config, "--max-age", age) == code
