"""No patient value leaves the landing folder, the store and the internal edition: a run under Prefect, then a search.

Every name, identifier and narrative of the practice hospital carries a sentinel, every birth date is a 29 February and
every id is 20 hexadecimal digits: all of them are looked for in logs, in Prefect's database, in check results, in the
bundle without the internal edition, and in what the commands print.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from ehr.practice.server import running
from tests.flows.conftest import TOKEN
from tests.flows.small_ward import Leaks, command, make_ward, ward_home, weekly
from warehouse import read

INTERNAL = {"index.html"}


@dataclass(frozen=True)
class Run:
    """A finished run: its folder, and everything that commands printed."""

    folder: Path
    said: str

    @property
    def data(self) -> Path:
        return self.folder / "home" / "nadir-data"

    @property
    def prefect(self) -> Path:
        return self.folder / "prefect"


@pytest.fixture(scope="module")
def ward(hospital, shared) -> Path:
    return shared("ward", lambda folder: make_ward(hospital, folder))


@pytest.fixture(scope="module")
def run(ward: Path, tmp_path_factory) -> Run:
    """One weekly run as loud as Prefect can be."""
    folder = tmp_path_factory.mktemp("sentinel")
    with running(ward, token=TOKEN) as url:
        config = ward_home(folder / "home", url)
        loud = {"PREFECT_LOGGING_LEVEL": "DEBUG", "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "DEBUG"}
        made = weekly(config, prefect_home=folder / "prefect", env=loud)
    assert made.returncode == 0, made.stderr[-500:]
    said = [made, command("status", "--config", config, "--json"), command("report", "show", "--config", config)]
    return Run(folder, "".join(ended.stdout + ended.stderr for ended in said))


@pytest.mark.prefect
def test_no_patient_value_leaves_the_store_and_the_internal_edition(ward: Path, run: Run) -> None:
    leaks = Leaks(ward)
    page = next(run.data.glob("reports/*/*/index.html"))
    assert leaks.in_text(page.read_text(encoding="utf-8")), "the internal edition names patients: the search works"

    found = leaks.in_text(run.said)
    found += [leak for file in run.prefect.rglob("*") if file.is_file() for leak in leaks.in_file(file)]
    found += [leak for file in page.parent.iterdir() if file.name not in INTERNAL for leak in leaks.in_file(file)]
    found += leaks.in_file(run.data / "reports" / "index.html")
    beside = [file for place in ("logs", ".") for file in (run.data / place).glob("*") if file.is_file()]
    found += [leak for file in beside for leak in leaks.in_file(file)]
    found += leaks.in_text(read(run.data / "store", "ops.checks").to_csv())
    assert not found, sorted(set(found))[:5]


@pytest.mark.prefect
def test_prefect_keeps_the_steps_of_the_run_and_their_counts(run: Run) -> None:
    """The search above is worth something only if there is something to search."""
    with closing(sqlite3.connect(run.prefect / "prefect.db")) as database:
        tasks = {name for (name,) in database.execute("select name from task_run")}
        artifacts = [json.loads(data) for (data,) in database.execute("select data from artifact where type = 'table'")]
        logs = [message for (message,) in database.execute("select message from log")]
    assert {"raw", "stage", "cohort", "counts"} <= tasks
    assert any("patients_infused" in str(table) for table in artifacts)
    assert any("load ends" in message for message in logs)
