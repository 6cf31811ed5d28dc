"""`read.duckdb`: what readers open. The newest build with what was issued, without `raw` and `stage`.

A reader sees the file of before or the file of after, never half of one: it is written beside and swapped.
"""

from pathlib import Path

from warehouse.connection import attach_read_only, disk_errors, opened
from warehouse.digests import relations_in
from warehouse.errors import StoreUnreadable
from warehouse.store import archive_path, build_path, reader_path, remove_database, replace_file

_FROM_BUILD = ("cohort", "counts", "ref", "ops")
_FROM_ARCHIVE = ("published", "ops")


def publish_reader(store: Path, run_id: str) -> Path:
    """Make `read.duckdb` from the build of a run and the archive; returns its path.

    Safe to repeat. The file before stays in place until the new one is whole and on the disk.

    Raises:
        StoreUnreadable: build or archive are not there, or the disk refuses.
    """
    for needed in (build_path(store, run_id), archive_path(store)):
        if not needed.is_file():
            raise StoreUnreadable(f"{needed} is not there; the readers' file was left as it is.")
    new = reader_path(store).with_name("read.tmp.duckdb")
    remove_database(new)
    with disk_errors(new, "Readers keep the file of before."):
        _fill(new, store, run_id)
        replace_file(new, reader_path(store))
    return reader_path(store)


def _fill(new: Path, store: Path, run_id: str) -> None:
    sources = ((archive_path(store), _FROM_ARCHIVE), (build_path(store, run_id), _FROM_BUILD))
    copied: set[str] = set()
    for path, schemas in sources:
        with opened(path, read_only=True) as source:
            wanted = [relation for relation in relations_in(source, *schemas) if relation not in copied]
        with opened(new) as reader:
            attach_read_only(reader, path, name="source")
            for relation in wanted:
                reader.execute(f"create schema if not exists {relation.partition('.')[0]}")
                reader.table(f"source.{relation}").create(relation)
        copied.update(wanted)
