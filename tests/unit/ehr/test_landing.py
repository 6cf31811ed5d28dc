"""Landing files are whole or not there, and a killed pull is healed by the next."""

from __future__ import annotations

import gzip
import json
import os
import resource
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ehr.errors import LandingFailed
from ehr.landing import closing_instant, open_landing
from ehr.practice.faults import Fault
from ehr.practice.server import running

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

PULL = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from ehr import PullPlan, ServerAccess, pull
types = {"Patient": None, "Condition": None, "Procedure": None}
plan = PullPlan(access=ServerAccess(sys.argv[1]), roster="patients", roster_file=Path(sys.argv[2]), types=types)
clock = lambda: datetime(2026, 3, 2, tzinfo=UTC)
pull(plan, Path(sys.argv[3]), clock=clock, report=lambda event: print(event, flush=True))
"""


def close(root: Path, lines: list[bytes], now: datetime = NOW) -> dict:
    with open_landing(root, now, {"source": "search"}) as landing:
        landing.write("Patient", lines)
        landing.close(closing_instant(root, now))
    return json.loads((root / landing.ingest_id / "manifest.json").read_text())


def open_and_leave(root: Path, lines: list[bytes]) -> None:
    with open_landing(root, NOW, {}) as landing:
        landing.write("Patient", lines)
        raise KeyboardInterrupt


def landed_at(root: Path) -> list[str | None]:
    return [json.loads(path.read_text())["landed_at"] for path in root.glob("*/manifest.json")]


def test_an_ingest_without_landed_at_does_not_count_and_is_set_aside(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        open_and_leave(tmp_path, [b"{}"])
    assert landed_at(tmp_path) == [None]
    close(tmp_path, [b"{}"])
    assert [path.name for path in (tmp_path / "unfinished").iterdir()] == ["20260302T080000Z"]


def test_an_ingest_that_received_nothing_leaves_no_folder(tmp_path):
    with pytest.raises(KeyboardInterrupt), open_landing(tmp_path, NOW, {}):
        raise KeyboardInterrupt
    assert not list(tmp_path.glob("*/"))


def test_two_pulls_cannot_write_at_once(tmp_path):
    with open_landing(tmp_path, NOW, {}), pytest.raises(LandingFailed, match="another pull"):
        close(tmp_path, [b"{}"])


def test_a_later_ingest_is_known_later_even_when_the_clock_was_set_back(tmp_path):
    close(tmp_path, [b"{}"])
    earlier = datetime(2026, 3, 1, tzinfo=UTC)
    assert close(tmp_path, [b"{}"], earlier)["landed_at"] == "2026-03-02T08:00:01Z"


def test_long_types_are_cut_into_numbered_files(tmp_path, monkeypatch):
    monkeypatch.setattr("ehr.landed_files.LINES_A_FILE", 2)
    files = close(tmp_path, [b"1", b"2", b"3"])["files"]
    assert [(file["name"], file["lines"]) for file in files] == [
        ("Patient-0001.ndjson.gz", 2),
        ("Patient-0002.ndjson.gz", 1),
    ]


def test_a_type_cannot_choose_where_its_file_is_written(tmp_path):
    with open_landing(tmp_path, NOW, {}) as landing:
        landing.write("../../evil", [b"{}"])
        landing.write("a/b", [b"{}"])
        files = landing.close(NOW)
    assert [(file.name, file.lines) for file in files] == [("Unknown-0001.ndjson.gz", 2)]


@pytest.fixture
def small_quota():
    """No file of this process may grow beyond 64 kB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_quota_is_one_sentence_and_the_next_run_heals(tmp_path, small_quota):
    lines = [os.urandom(500).hex().encode() for _ in range(2000)]
    with pytest.raises(LandingFailed, match="cannot be written"):
        close(tmp_path, lines)
    assert landed_at(tmp_path) == [None]
    assert close(tmp_path, [b"{}"])["landed_at"] == "2026-03-02T08:00:00Z"


def test_a_damaged_manifest_stops_the_pull_instead_of_being_forgotten(tmp_path):
    manifest = close(tmp_path, [b"{}"])
    (tmp_path / manifest["ingest_id"] / "manifest.json").write_text("{")
    with pytest.raises(LandingFailed, match="damaged"):
        close(tmp_path, [b"{}"])


def test_a_full_disk_is_one_sentence_and_closes_nothing(tmp_path, monkeypatch):
    def refuse(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with open_landing(tmp_path, NOW, {}) as landing:
        landing.write("Patient", [b"{}"])
        monkeypatch.setattr(os, "fsync", refuse)
        with pytest.raises(LandingFailed, match="No space left"):
            landing.close(NOW)
    assert landed_at(tmp_path) == [None]


def test_a_killed_pull_leaves_no_closed_manifest_and_the_next_one_heals(site, hospital, tmp_path):
    folder = hospital()
    roster = tmp_path / "roster.txt"
    roster.write_text("p0\np1\np2\np3\n")
    with running(folder, faults=[Fault(r"Condition\?patient=p3", times=None, delay_seconds=20)]) as url:
        command = [sys.executable, "-c", PULL, url, str(roster), str(site.root)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as killed:
            assert killed.stdout is not None
            killed.stdout.readline()
            time.sleep(0.1)
            killed.send_signal(signal.SIGKILL)
    assert landed_at(site.root) == [None]
    with running(folder) as url:
        healed = site.pull_on(url)
    assert healed.is_complete
    assert site.ids(healed)["Patient"] == {"p0", "p1", "p2", "p3"}
    assert [path.parent.name for path in site.root.glob("*/manifest.json")] == [healed.ingest_id]
    with gzip.open(site.root / healed.ingest_id / "Patient-0001.ndjson.gz") as lines:
        assert len(lines.readlines()) == 4
