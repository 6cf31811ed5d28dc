"""`kill -9` at any moment loses nothing: the next run ends as one that nobody disturbed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from itertools import product
from pathlib import Path

import pytest

from ehr.practice.server import running
from tests.flows.conftest import TOKEN
from tests.flows.plain_week import plain_week
from tests.flows.small_ward import figures, make_ward, ward_home

MOMENTS = ("pull", "load", "build")


@pytest.fixture(scope="module")
def ward(hospital, shared) -> Path:
    return shared("ward", lambda folder: make_ward(hospital, folder))


def seen(folder: Path, what: str) -> bool:
    """Whether the run has come as far as this: a landing that is open, an archive, a build file."""
    data = folder / "nadir-data"
    return {
        "pull": bool(list(data.glob("landing/*/*.part")) or list(data.glob("landing/*/*.ndjson.gz"))),
        "load": (data / "store" / "archive.duckdb").exists(),
        "build": bool(list(data.glob("store/build-*.duckdb"))),
    }[what]


@pytest.mark.parametrize(
    ("moment", "later_seconds"),
    [
        ("build", 0.7),
        *(pytest.param(*case, marks=pytest.mark.nightly) for case in (("pull", 0.0), ("load", 0.3))),
        *(pytest.param(*case, marks=pytest.mark.nightly) for case in product(MOMENTS, (0.1, 0.5, 1.0, 2.0))),
    ],
)
def test_a_killed_run_is_finished_by_the_next_one(
    moment: str, later_seconds: float, ward: Path, tmp_path: Path, shared
) -> None:
    undisturbed = shared("ward-issued", lambda folder: issue(ward, folder))
    with running(ward, token=TOKEN) as url:
        config = ward_home(tmp_path, url)
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.flows.plain_week", config],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while process.poll() is None and not seen(tmp_path, moment):
            time.sleep(0.005)
        time.sleep(later_seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert plain_week(config) == 0
    assert figures(tmp_path / "nadir-data") == figures(undisturbed / "nadir-data")


def issue(ward: Path, folder: Path) -> None:
    with running(ward, token=TOKEN) as url:
        assert plain_week(ward_home(folder, url)) == 0
