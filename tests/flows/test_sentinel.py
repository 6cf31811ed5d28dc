"""No patient value and no secret leaves its place: a run under Prefect, then a search.

Every name, identifier and narrative of the practice hospital carries a sentinel, every birth date is a 29 February and
every id is 20 hexadecimal digits: all of them are looked for in logs, in Prefect's database, in check results, in the
bundle without the internal edition, and in what the commands print. The token of the server comes from a Secret block
of that Prefect and may stand nowhere at all.
"""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from ehr.practice.server import running
from tests.flows.conftest import STUDY_ENDS_ON, TOKEN, write_settings
from tests.flows.small_ward import Leaks, command, make_ward
from warehouse import read

INTERNAL = {"index.html"}
BLOCK = "token-of-the-ehr"
# Saved by the process that runs the command, so that one Prefect server serves both.
SAVE_AND_RUN = """
import os, sys
from pathlib import Path
from flows.commands import main
from flows.settings import load_settings, prepare_prefect
prepare_prefect(load_settings(Path(sys.argv[sys.argv.index("--config") + 1])).home)
from prefect.blocks.system import Secret
Secret(value=os.environ.pop("VALUE")).save(os.environ["BLOCK"])
sys.exit(main())
"""


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


def weekly_with_block(config: str, prefect_home: Path) -> subprocess.CompletedProcess[str]:
    """The weekly command, as loud as Prefect can be, where Prefect has a block with the token."""
    loud = {"PREFECT_LOGGING_LEVEL": "DEBUG", "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "DEBUG"}
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "NADIR_"))}
    words = ["run", "weekly", "--config", config, "--through", STUDY_ENDS_ON.isoformat()]
    return subprocess.run(
        [sys.executable, "-c", SAVE_AND_RUN, *words], capture_output=True, text=True, check=False, timeout=300,
        env={**clean, **loud, "PREFECT_HOME": str(prefect_home), "VALUE": TOKEN, "BLOCK": BLOCK},
    )  # fmt: skip


@pytest.fixture(scope="module")
def run(ward: Path, tmp_path_factory) -> Run:
    """One weekly run as loud as Prefect can be."""
    folder = tmp_path_factory.mktemp("sentinel")
    with running(ward, token=TOKEN) as url:
        (folder / "home").mkdir()
        chosen = {"server.url": url, "server.auth": "bearer", "server.token_block": BLOCK}
        config = str(write_settings(folder / "home", chosen))
        made = weekly_with_block(config, folder / "prefect")
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
def test_the_token_of_a_secret_block_stands_nowhere(run: Run) -> None:
    with closing(sqlite3.connect(run.prefect / "prefect.db")) as database:
        blocks = [name for (name,) in database.execute("select name from block_document")]
    assert BLOCK in blocks
    assert (run.data / "landing").is_dir()
    assert TOKEN not in run.said
    assert [file.name for file in run.folder.rglob("*") if file.is_file() and TOKEN in readable(file)] == []


def readable(file: Path) -> str:
    """What a file holds, compressed or not."""
    content = file.read_bytes()
    return (gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content).decode("latin-1")


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
