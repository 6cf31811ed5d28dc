"""Under Prefect: a run that is turned away, one with a gap, and one that heals it; then a search of what they left.

No patient value and no secret leaves its place. Every name, identifier and narrative of the practice hospital carries a
sentinel, every birth date is a 29 February and every id is 20 hexadecimal digits: all of them are looked for in logs,
in Prefect's database, in check results, in the bundle without the internal edition, and in what the commands print. The
token of the server comes from a Secret block of that Prefect and may stand nowhere at all.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from ehr.practice.faults import Fault
from ehr.practice.server import running
from flows.commands import parser
from tests.flows.conftest import STUDY_ENDS_ON, TOKEN, Hospital, write_settings
from tests.flows.plain_week import plain_week
from tests.flows.prefect_place import PrefectServer
from tests.flows.small_ward import Leaks, figures, make_ward, ward_home
from tests.flows.test_failures import one_sentence, refused
from warehouse import read

pytestmark = pytest.mark.prefect
INTERNAL = {"index.html"}
BLOCK = "token-of-the-ehr"
# Saved by the process that runs the command, so that Prefect is started once for both.
SAVE_AND_RUN = """
import os, sys
from pathlib import Path
from flows.commands import main
from flows.settings import load_settings, prepare_prefect
prepare_prefect(load_settings(Path(sys.argv[sys.argv.index("--config") + 1])).home)
from prefect.blocks.system import Secret
Secret(value=os.environ.pop("VALUE")).save(os.environ["BLOCK"], overwrite=True)
sys.exit(main())
"""
MISSING = "Observation: 1 of 15 patients"
Made = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Place:
    """A home whose runs share one Prefect server."""

    home: Path
    server: PrefectServer

    @property
    def data(self) -> Path:
        return self.home / "nadir-data"

    @property
    def prefect(self) -> Path:
        return self.server.home

    @property
    def config(self) -> str:
        return str(self.home / "nadir.toml")

    def week(self, url: str, *words: str, token: str = TOKEN, **env: str) -> Made:
        """The weekly command of a home that takes its token from a block of Prefect, where `token` was put first."""
        self.home.mkdir(exist_ok=True)
        chosen = {"server.url": url, "server.auth": "bearer", "server.token_block": BLOCK}
        write_settings(self.home, chosen)
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "NADIR_"))}
        env |= {"PREFECT_API_URL": self.server.url, "PREFECT_HOME": str(self.prefect), "VALUE": token, "BLOCK": BLOCK}
        told = ["run", "weekly", "--config", self.config, "--through", STUDY_ENDS_ON.isoformat(), *words]
        return subprocess.run(
            [sys.executable, "-c", SAVE_AND_RUN, *told],
            capture_output=True, text=True, check=False, timeout=300, env={**clean, **env},
        )  # fmt: skip

    def said(self, *words: str) -> tuple[int, str]:
        """Exit code and output of a command that reads."""
        arguments = parser().parse_args([*words, "--config", self.config])
        with contextlib.redirect_stdout(io.StringIO()) as out:
            code = arguments.run(arguments)
        return code, out.getvalue()


@pytest.fixture(scope="module")
def ward(hospital, shared) -> Path:
    return shared("ward", lambda folder: make_ward(hospital, folder))


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("under-prefect")
    (folder / "prefect").mkdir()
    server = PrefectServer(folder / "prefect")
    try:
        server.start()
        yield Place(folder / "home", server)
    finally:
        server.stop()


@pytest.fixture(scope="module")
def turned_away(ward: Path, place: Place) -> Made:
    """A run whose token the server does not know."""
    with running(ward, token=TOKEN) as url:
        return place.week(url, token="another")


@pytest.fixture(scope="module")
def incomplete(ward: Path, place: Place, hospital: Hospital, turned_away: Made) -> tuple[Made, str, list[str]]:
    """A run in which the searches of one patient fail; what the screen says then, and the figures of its bundle."""
    patient = sorted(hospital.members)[3]
    faults = [Fault(rf"/Observation\?.*{patient}", times=None, status=500)]
    with running(ward, token=TOKEN, faults=faults) as url:
        made = place.week(url, "--json")
    code, screen = place.said("status", "--json")
    assert code == 1
    [page] = place.data.glob("reports/*/*/index.html")
    assert MISSING in page.read_text(encoding="utf-8")
    manifest = json.loads(page.with_name("manifest.json").read_text(encoding="utf-8"))
    assert (manifest["outcome"], manifest["missing"]) == ("incomplete", [MISSING])
    return made, screen, page.with_name("figures.csv").read_text(encoding="utf-8").splitlines()[1:]


@pytest.fixture(scope="module")
def healed(ward: Path, place: Place, incomplete: object) -> Made:
    """The run after it, undisturbed and as loud as Prefect can be."""
    loud = {"PREFECT_LOGGING_LEVEL": "DEBUG", "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "DEBUG"}
    with running(ward, token=TOKEN) as url:
        return place.week(url, **loud)


def test_a_run_that_is_turned_away_ends_with_one_sentence(turned_away: Made) -> None:
    refused(turned_away, "refused our token", "401")


def test_a_patient_whose_search_failed_makes_the_week_incomplete(incomplete: tuple[Made, str, list[str]]) -> None:
    made, screen, rows = incomplete
    assert made.returncode == 1, made.stderr
    assert one_sentence(made.stderr) == f"nadir: data are incomplete: {MISSING}."
    said = json.loads(made.stdout)
    assert (said["outcome"], said["missing"]) == ("incomplete", [MISSING])
    assert all(",incomplete," in row for row in rows)
    assert (json.loads(screen)["last_outcome"], json.loads(screen)["missing"]) == ("incomplete", MISSING)


def test_the_next_run_heals_the_week(ward: Path, place: Place, healed: Made, shared) -> None:
    def issue(folder: Path) -> None:
        with running(ward, token=TOKEN) as url:
            assert plain_week(ward_home(folder, url)) == 0

    assert healed.returncode == 0, healed.stderr[-500:]
    assert figures(place.data) == figures(shared("ward-issued", issue) / "nadir-data")


def test_no_patient_value_leaves_the_store_and_the_internal_edition(
    ward: Path, place: Place, turned_away: Made, incomplete: tuple[Made, str, list[str]], healed: Made
) -> None:
    leaks = Leaks(ward)
    page = next(place.data.glob("reports/*/*/index.html"))
    assert len(healed.stderr.splitlines()) > 20, "Prefect was loud"
    assert leaks.in_text(page.read_text(encoding="utf-8")), "the internal edition names patients: the search works"

    runs = (turned_away, incomplete[0], healed)
    found = leaks.in_text("".join(run.stdout + run.stderr for run in runs) + incomplete[1])
    found += leaks.in_text(place.said("status", "--json")[1] + place.said("report", "show")[1])
    found += [leak for file in place.prefect.rglob("*") if file.is_file() for leak in leaks.in_file(file)]
    found += [leak for file in page.parent.iterdir() if file.name not in INTERNAL for leak in leaks.in_file(file)]
    found += leaks.in_file(place.data / "reports" / "index.html")
    beside = [file for folder in ("logs", ".") for file in (place.data / folder).glob("*") if file.is_file()]
    found += [leak for file in beside for leak in leaks.in_file(file)]
    found += leaks.in_text(read(place.data / "store", "ops.checks").to_csv())
    assert not found, sorted(set(found))[:5]


def test_the_token_of_a_secret_block_stands_nowhere(place: Place, turned_away: Made, healed: Made) -> None:
    with closing(sqlite3.connect(place.prefect / "prefect.db")) as database:
        blocks = [name for (name,) in database.execute("select name from block_document")]
    assert BLOCK in blocks
    assert (place.data / "landing").is_dir()
    assert TOKEN not in "".join(run.stdout + run.stderr for run in (turned_away, healed))
    files = [file for folder in (place.home, place.prefect) for file in folder.rglob("*") if file.is_file()]
    assert [file.name for file in files if TOKEN in readable(file)] == []


def readable(file: Path) -> str:
    """What a file holds, compressed or not."""
    content = file.read_bytes()
    return (gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content).decode("latin-1")


def test_prefect_keeps_the_steps_of_the_run_and_their_counts(place: Place, healed: Made) -> None:
    """The search above is worth something only if there is something to search."""
    with closing(sqlite3.connect(place.prefect / "prefect.db")) as database:
        tasks = {name for (name,) in database.execute("select name from task_run")}
        artifacts = [json.loads(data) for (data,) in database.execute("select data from artifact where type = 'table'")]
        logs = [message for (message,) in database.execute("select message from log")]
    assert {"raw", "stage", "cohort", "counts"} <= tasks
    assert any("patients_infused" in str(table) for table in artifacts)
    assert any("load ends" in message for message in logs)
