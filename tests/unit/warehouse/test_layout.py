"""An archive of another version is refused with one sentence, and made again where it is of an earlier one."""

from pathlib import Path

import pytest

from warehouse.connection import opened
from warehouse.digests import relation_digests
from warehouse.errors import StoreNewer, StoreOutdated
from warehouse.load import load_landing
from warehouse.recovery import rebuild
from warehouse.store import archive_path

JANUARY = "2020-01-31T00:00:00Z"
OF_EARLIER_VERSIONS = [
    "alter table published.estimates drop column note",
    "alter table raw.findings add column colour varchar",
    "drop table ops.store_layout",
    "update ops.store_layout set layout = layout - 1",
]


@pytest.fixture
def loaded(landing, home, person) -> Path:
    landing.ingest(JANUARY, person("p1"), person("p2"))
    load_landing(home, landing.path)
    return home


def alter(store: Path, statement: str) -> None:
    with opened(archive_path(store)) as archive:
        archive.execute(statement)


@pytest.mark.parametrize("statement", OF_EARLIER_VERSIONS)
def test_an_archive_of_an_earlier_version_is_refused_and_a_rebuild_makes_it_right(
    statement: str, loaded: Path, landing
) -> None:
    with opened(archive_path(loaded), read_only=True) as archive:
        right = relation_digests(archive)
    alter(loaded, statement)
    with pytest.raises(StoreOutdated, match="nadir store rebuild"):
        load_landing(loaded, landing.path)
    assert list(rebuild(loaded, landing.path).relations) == right
    assert load_landing(loaded, landing.path).ingests == 0


def test_an_archive_of_a_newer_version_is_refused_and_left_as_it_is(loaded: Path, landing) -> None:
    alter(loaded, "update ops.store_layout set layout = layout + 1")
    before = archive_path(loaded).read_bytes()
    with pytest.raises(StoreNewer, match="made by a newer Nadir"):
        load_landing(loaded, landing.path)
    assert archive_path(loaded).read_bytes() == before
