"""Running again: only what changed is fetched, nothing changes twice, and another machine makes the same bytes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from ehr.practice.server import running
from flows import steps
from tests.flows.conftest import TOKEN, write_settings
from tests.flows.plain_week import plain_week
from tests.flows.small_ward import make_ward, ward_home
from warehouse import rebuild, relation_digests
from warehouse.connection import opened

AGAIN = """
import sys
from datetime import date
from flows import steps
config = sys.argv[1]
steps.load(config)
plan = steps.plan_week(config, through=date(2020, 1, 5), as_of=None)
stations = [steps.station(config, plan, name) for name in steps.STATIONS]
print(steps.issue(config, plan, stations, flow="weekly").page)
"""


def digests(path: Path) -> dict[str, str]:
    with opened(path, read_only=True) as connection:
        return {receipt.relation: receipt.digest for receipt in relation_digests(connection)}


def files(page: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in page.parent.iterdir()}


@pytest.fixture(scope="module")
def base(issued, tmp_path_factory) -> Path:
    """A home of our own, copied from the study issued from the folder, so that nothing shared is written to."""
    home = tmp_path_factory.mktemp("rerun") / "first"
    shutil.copytree(issued("folder").folder, home)
    return home


@pytest.fixture(scope="module")
def ward(hospital, shared) -> Path:
    return shared("ward", lambda folder: make_ward(hospital, folder))


@pytest.fixture
def home(ward, shared, tmp_path: Path) -> Path:
    """A copy of a home in which the week of the ward was issued."""

    def issue(folder: Path) -> None:
        with running(ward, token=TOKEN) as url:
            assert plain_week(ward_home(folder, url)) == 0

    return shutil.copytree(shared("ward-issued", issue), tmp_path / "home")


@pytest.mark.nightly
def test_another_process_with_more_threads_gives_the_same_bytes(base: Path) -> None:
    other = base.parent / "other"
    other.mkdir()
    shutil.copytree(base / "nadir-data" / "landing", other / "nadir-data" / "landing")
    shutil.copy(base / "nadir.toml", other / "nadir.toml")
    text = (other / "nadir.toml").read_text(encoding="utf-8").replace("threads = 1", "threads = 2")
    (other / "nadir.toml").write_text(text, encoding="utf-8")
    made = subprocess.run(
        [sys.executable, "-c", AGAIN, str(other / "nadir.toml")], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr[-500:]
    first = next((base / "nadir-data" / "reports").glob("*/*/index.html"))
    assert files(Path(made.stdout.strip().splitlines()[-1])) == files(first)


def test_loading_twice_changes_nothing(home: Path) -> None:
    archive = home / "nadir-data" / "store" / "archive.duckdb"
    before = digests(archive)
    loaded = steps.load(str(home / "nadir.toml"))
    assert (loaded.ingests, loaded.lines) == (0, 0)
    assert digests(archive) == before


def test_a_rebuilt_archive_is_equal_relation_by_relation(home: Path) -> None:
    data = home / "nadir-data"
    before = digests(data / "store" / "archive.duckdb")
    made = rebuild(data / "store", data / "landing")
    assert made.differing == ()
    assert digests(data / "store" / "archive.duckdb") == before


def test_a_second_ingest_fetches_only_what_changed(ward: Path, tmp_path: Path) -> None:
    folder = tmp_path / "hospital"
    shutil.copytree(ward, folder)
    (tmp_path / "token").write_text(TOKEN, encoding="utf-8")
    chosen = {"server.roster": "search", "server.auth": "bearer", "server.token_file": "token"}
    with running(folder, token=TOKEN) as url:
        config = str(write_settings(tmp_path, {**chosen, "server.url": url}))
        first = steps.pull(config, full=False, report=lambda event: None)
        steps.load(config)

    lines = (folder / "Observation.ndjson").read_text(encoding="utf-8").splitlines()
    changed = json.loads(lines[0])
    changed["meta"] |= {"versionId": "9", "lastUpdated": "2031-01-01T00:00:00.000Z"}
    (folder / "Observation.ndjson").write_text("\n".join([*lines, json.dumps(changed)]) + "\n", encoding="utf-8")
    with running(folder, token=TOKEN) as url:
        config = str(write_settings(tmp_path, {**chosen, "server.url": url}))
        second = steps.pull(config, full=False, report=lambda event: None)
        loaded = steps.load(config)

    assert first.missing == second.missing == ()
    assert second.resources < first.resources / 100
    assert loaded.stored == 1


@pytest.mark.nightly
def test_the_same_week_again_writes_the_same_files(base: Path) -> None:
    config = str(base / "nadir.toml")
    page = next((base / "nadir-data" / "reports").glob("*/*/index.html"))
    before = files(page)
    plan = steps.plan_week(config, through=date(2020, 1, 5), as_of=None)
    stations = [steps.station(config, plan, name) for name in steps.STATIONS]
    steps.issue(config, plan, stations, flow="weekly")
    assert files(page) == before
