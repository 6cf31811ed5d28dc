"""Loading: once, in order, every line accounted for."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from warehouse.connection import opened
from warehouse.digests import relation_digests
from warehouse.errors import LandingDamaged, LandingOutOfOrder
from warehouse.line_sorter import LineCounts
from warehouse.load import load_landing
from warehouse.store import archive_path

ROOT = Path(__file__).parents[3]
JANUARY, FEBRUARY, MARCH = "2020-01-31T00:00:00Z", "2020-02-29T00:00:00Z", "2020-03-31T00:00:00Z"


def rows(store, relation, columns):
    with opened(archive_path(store), read_only=True) as archive:
        return sorted(archive.table(relation).project(columns).fetchall(), key=str)


def digests(store):
    with opened(archive_path(store), read_only=True) as archive:
        return relation_digests(archive)


def test_loading_twice_changes_nothing(landing, home, person):
    landing.ingest(JANUARY, person("p1"), person("p2"))
    first = load_landing(home, landing.path)
    before = digests(home)
    second = load_landing(home, landing.path)
    assert first.lines == LineCounts(lines=2, stored=2)
    assert (second.ingests, second.lines) == (0, LineCounts())
    assert digests(home) == before


def test_a_version_is_known_from_the_first_ingest_that_brought_it(landing, home, person):
    landing.ingest(JANUARY, person("p1"))
    landing.ingest(FEBRUARY, person("p1"), person("p1", "2", "2020-02-10T00:00:00Z"))
    receipt = load_landing(home, landing.path)
    assert receipt.lines == LineCounts(lines=3, stored=2, duplicates=1)
    found = rows(home, "raw.resource_versions", "version_id, strftime(known_from, '%Y-%m-%d')")
    assert found == [("1", "2020-01-31"), ("2", "2020-02-29")]


def test_every_line_is_stored_a_duplicate_a_reject_or_blank(landing, home, person):
    without_id = {"resourceType": "Condition", "subject": {"reference": "Patient/p9"}}
    landing.ingest(JANUARY, person("p1"), person("p1"), "{not json", '"text"', without_id, "", json.dumps([1]))
    receipt = load_landing(home, landing.path)
    assert receipt.lines == LineCounts(lines=7, stored=1, duplicates=1, rejects=4, blank=1)
    assert rows(home, "raw.rejects", "line, resource_type, patient_id") == [
        (3, None, None),
        (4, None, None),
        (5, "Condition", "p9"),
        (7, None, None),
    ]


def test_the_text_is_kept_as_received(landing, home):
    text = '{"resourceType": "Patient",  "id": "p1", "multipleBirthInteger": 2, "x": 1.10}'
    landing.ingest(JANUARY, text)
    load_landing(home, landing.path)
    assert rows(home, "raw.resource_versions", "resource") == [(text,)]


def test_content_that_differs_under_one_version_number_is_kept_as_another_row(landing, home, person):
    landing.ingest(JANUARY, person("p1"))
    landing.ingest(FEBRUARY, person("p1", gender="female"))
    load_landing(home, landing.path)
    assert len(rows(home, "raw.resource_versions", "version_id")) == 2


def test_a_resource_that_comes_back_unchanged_after_a_deletion_is_known_again(landing, home, person):
    landing.ingest(JANUARY, person("p1"))
    landing.ingest(FEBRUARY, deletions=[("Patient", "p1")])
    landing.ingest(MARCH, person("p1"))
    receipt = load_landing(home, landing.path)
    assert receipt.deletions == 1
    assert len(rows(home, "raw.resource_versions", "known_from")) == 2


def test_an_open_ingest_does_not_count(landing, home, person):
    landing.ingest(None, person("p1"))
    assert load_landing(home, landing.path).ingests == 0


def test_a_file_that_differs_from_its_manifest_loads_nothing_of_its_ingest(landing, home, person):
    landing.ingest(JANUARY, person("p1"))
    folder = landing.ingest(FEBRUARY, person("p2"))
    (folder / "Mixed-0001.ndjson.gz").write_bytes(b"damaged")
    with pytest.raises(LandingDamaged, match="ingest-02/Mixed-0001"):
        load_landing(home, landing.path)
    assert rows(home, "raw.resource_versions", "resource_id") == [("p1",)]


def test_an_ingest_older_than_a_loaded_one_asks_for_a_rebuild(landing, home, person):
    landing.ingest(FEBRUARY, person("p1"))
    load_landing(home, landing.path)
    landing.ingest(JANUARY, person("p2"))
    with pytest.raises(LandingOutOfOrder, match="rebuild"):
        load_landing(home, landing.path)


def test_the_ledger_and_verdicts_are_loaded(landing, home, person):
    unit = {"unit": "Observation?patient=p1", "resource_type": "Observation", "patient_id": "p1", "status": "failed"}
    landing.ingest(JANUARY, person("p1"), ledger=[unit])
    (landing.path / "verdicts").mkdir()
    verdict = {"evidence_hash": "e1", "verdict": "reject", "decided_at": "2020-02-01T00:00:00Z"}
    (landing.path / "verdicts" / "cases.jsonl").write_text(json.dumps(verdict) + "\n")
    load_landing(home, landing.path)
    assert rows(home, "ops.fetch_ledger", "ingest_id, patient_id, status") == [("ingest-01", "p1", "failed")]
    assert rows(home, "ops.verdicts", "evidence_hash, verdict") == [("e1", "reject")]


def test_folder_and_files_are_the_owners_only(landing, home, person):
    landing.ingest(JANUARY, person("p1"))
    load_landing(home, landing.path)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [home, *home.iterdir()]}
    assert modes == {"store": 0o700, "archive.duckdb": 0o600}


def test_a_full_disk_is_one_sentence_and_the_next_run_heals(landing, home, person):
    landing.ingest(JANUARY, person("p1"))
    load_landing(home, landing.path)
    landing.ingest(FEBRUARY, *(person(f"q{number}", note="x" * 900) for number in range(2_000)))
    program = (
        "import resource, sys; from pathlib import Path; from warehouse.errors import StoreUnreadable\n"
        "from warehouse.load import load_landing\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (700_000, 700_000))\n"
        "try:\n"
        "    load_landing(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "except StoreUnreadable as error:\n"
        "    print(error)\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", program, str(home), str(landing.path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "What was loaded before is kept. Look at the disk space" in child.stdout, child.stderr
    assert load_landing(home, landing.path).lines.stored == 2_000
    assert len(rows(home, "raw.resource_versions", "resource_id")) == 2_001


def test_a_process_killed_in_the_middle_leaves_whole_ingests_only(landing, home, person):
    landing.ingest(JANUARY, person("p1"))
    landing.ingest(FEBRUARY, *(person(f"q{number}") for number in range(6_000)))
    program = (
        "import sys, time; from pathlib import Path; from warehouse import line_sorter, load\n"
        "line_sorter._BATCH_LINES = 2_000\n"
        "store = line_sorter.run_statement\n"
        "count = 0\n"
        "def slow(archive, name, **variables):\n"
        "    global count\n"
        "    count += name == 'store_versions'\n"
        "    if count == 3:\n"
        "        print('inside', flush=True); time.sleep(60)\n"
        "    return store(archive, name, **variables)\n"
        "line_sorter.run_statement = slow\n"
        "load.load_landing(Path(sys.argv[1]), Path(sys.argv[2]))\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(home), str(landing.path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "inside\n"
    time.sleep(0.05)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    receipt = load_landing(home, landing.path)
    assert (receipt.ingests, receipt.lines.stored) == (1, 6_000)
    assert len(rows(home, "raw.resource_versions", "resource_id")) == 6_001
