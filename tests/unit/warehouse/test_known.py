"""The archive as it was known: what landed later is not there, whoever asks later."""

from datetime import datetime
from pathlib import Path

from checks.gate import run_gate
from tests.unit.warehouse.conftest import LandingFolder, patient
from warehouse.known import known_archive
from warehouse.load import load_landing

JANUARY, FEBRUARY = "2020-01-31T00:00:00Z", "2020-02-29T00:00:00Z"


def counts(home: Path, as_of: str) -> list[int]:
    with known_archive(home, datetime.fromisoformat(as_of)) as connection:
        relations = ("raw.resource_versions", "raw.deletions", "raw.rejects")
        return [connection.table(relation).count("*").fetchall()[0][0] for relation in relations]


def test_what_landed_later_is_not_known(landing: LandingFolder, home: Path) -> None:
    landing.ingest(JANUARY, patient("p1"), "no JSON")
    landing.ingest(FEBRUARY, patient("p1", "2"), "no JSON either", deletions=[("Patient", "p2")])
    load_landing(home, landing.path)
    assert counts(home, JANUARY) == [1, 0, 1]
    assert counts(home, FEBRUARY) == [2, 1, 2]


def test_the_gate_counts_what_was_known_then(landing: LandingFolder, home: Path) -> None:
    landing.ingest(JANUARY, patient("p1"))
    load_landing(home, landing.path)
    with known_archive(home, datetime.fromisoformat(JANUARY)) as connection:
        then = run_gate("raw", connection)
    landing.ingest(FEBRUARY, patient("p1", "2"), "no JSON")
    load_landing(home, landing.path)
    with known_archive(home, datetime.fromisoformat(JANUARY)) as connection:
        assert run_gate("raw", connection) == then
