"""Issued figures, the readers' file and the read door."""

from datetime import date
from pathlib import Path

import pandas
import pytest

from warehouse.connection import opened
from warehouse.digests import relation_digests
from warehouse.errors import DoorClosed, RelationUnknown, StoreUnreadable
from warehouse.load import load_landing
from warehouse.published import append_published
from warehouse.read import read, read_build
from warehouse.reader import publish_reader
from warehouse.recovery import rebuild, verify
from warehouse.store import archive_path, build_path

JANUARY, FEBRUARY = "2020-01-31T00:00:00Z", "2020-02-29T00:00:00Z"
RUN = "0123456789abcdef"


def estimates(value: float) -> pandas.DataFrame:
    return pandas.DataFrame(
        {
            "measure": ["infected_proportion", "infection_density"],
            "stratum": ["no", None],
            "data_date": [date(2020, 1, 26)] * 2,
            "numerator": pandas.array([16, None], dtype="Int64"),
            "value": [value, float("nan")],
        }
    )


@pytest.fixture
def built(landing, home, person) -> Path:
    """A loaded archive beside a build of two relations."""
    landing.ingest(JANUARY, person("p1"))
    load_landing(home, landing.path)
    with opened(build_path(home, RUN)) as build:
        build.execute("create schema cohort; create schema stage; create schema ops")
        build.execute("create table cohort.courses as select 'p1' as patient_id, 1 as course_number")
        build.execute("create table stage.patient as select 'p1' as patient_id")
        build.execute("create table ops.incomplete_units as select 'p1' as patient_id, 'Specimen' as resource_type")
    return home


def test_figures_are_landed_before_they_are_stored_and_read_back_equal(landing, built):
    counts = append_published(built, landing.path, RUN, {"published.estimates": estimates(16 / 56)})
    assert counts == {"published.estimates": 2}
    file = landing.path / "published" / RUN / "published.estimates.jsonl"
    assert (file.stat().st_mode & 0o077, file.parent.stat().st_mode & 0o077) == (0, 0)
    landed = file.read_text()
    assert '"value": 0.285714285714' in landed
    publish_reader(built, RUN)
    found = read(built, "published.estimates", run_id=RUN, stratum=None)
    assert list(found["measure"]) == ["infection_density"]
    assert found["value"].isna().all()


def test_issuing_a_run_again_replaces_only_its_own_rows(landing, built):
    append_published(built, landing.path, "other", {"published.estimates": estimates(0.1)})
    append_published(built, landing.path, RUN, {"published.estimates": estimates(0.2)})
    append_published(built, landing.path, RUN, {"published.estimates": estimates(0.3)})
    publish_reader(built, RUN)
    found = read(built, "published.estimates", measure="infected_proportion")
    assert dict(zip(found["run_id"], found["value"], strict=True)) == {"other": 0.1, RUN: 0.3}


def test_a_column_that_the_relation_does_not_have_is_an_error_and_lands_nothing(landing, built):
    with pytest.raises(RelationUnknown, match="colour"):
        append_published(built, landing.path, RUN, {"published.curves": pandas.DataFrame({"colour": ["red"]})})
    assert not (landing.path / "published").exists()


def test_readers_get_cohort_ops_and_published_without_raw_and_stage(landing, built):
    path = publish_reader(built, RUN)
    assert path.stat().st_mode & 0o077 == 0
    with opened(path, read_only=True) as reader:
        schemas = {receipt.relation.partition(".")[0] for receipt in relation_digests(reader)}
    assert schemas == {"cohort", "ops", "published"}
    assert len(read(built, "ops.incomplete_units", patient_id="p1")) == 1
    for relation in ("raw.resource_versions", "stage.patient"):
        with pytest.raises(DoorClosed):
            read(built, relation)
    assert len(read_build(built, RUN, "stage.patient")) == 1
    with pytest.raises(DoorClosed):
        read_build(built, RUN, "raw.rejects")


def test_an_unknown_relation_or_column_is_named(landing, built):
    publish_reader(built, RUN)
    with pytest.raises(RelationUnknown, match=r"cohort\.nothing"):
        read(built, "cohort.nothing")
    with pytest.raises(RelationUnknown, match="colour"):
        read(built, "cohort.courses", colour="red")


def test_without_a_build_readers_keep_what_they_have(built):
    publish_reader(built, RUN)
    with pytest.raises(StoreUnreadable, match="build-missing"):
        publish_reader(built, "missing")
    assert len(read(built, "cohort.courses")) == 1


def test_a_rebuilt_store_is_equal_and_takes_the_place_of_the_old(landing, built, person):
    landing.ingest(FEBRUARY, person("p1", "2"), "{", deletions=[("Patient", "p1")])
    load_landing(built, landing.path)
    append_published(built, landing.path, RUN, {"published.estimates": estimates(0.2)})
    receipt = rebuild(built, landing.path)
    assert receipt.differing == ()
    assert {row.relation: row.row_count for row in receipt.relations}["raw.resource_versions"] == 2
    assert not (built / "archive-before.duckdb").exists()


def test_a_store_that_was_changed_by_hand_is_named_and_kept_beside(landing, built):
    with opened(archive_path(built)) as archive:
        archive.execute("delete from raw.resource_versions")
    assert verify(built, landing.path).problems == (
        "1 files have lines that are neither stored, duplicate, reject nor blank",
    )
    assert rebuild(built, landing.path).differing == ("raw.resource_versions",)
    assert (built / "archive-before.duckdb").exists()
    assert verify(built, landing.path).problems == ()


def test_a_store_that_cannot_be_read_is_made_again(landing, built):
    archive_path(built).write_bytes(b"no database")
    assert rebuild(built, landing.path).differing is None
    assert verify(built, landing.path).problems == ()
