"""Where the store's files stand. The folder and every file in it are the owner's only."""

import os
from collections.abc import Collection
from pathlib import Path

from warehouse.errors import StoreUnreadable

_FOLDER_MODE = 0o700


def prepare_store(store: Path) -> Path:
    """Make the folder if it is not there, readable by the owner only; returns it.

    Raises:
        StoreUnreadable: it cannot be made or is not ours.
    """
    try:
        store.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        store.chmod(_FOLDER_MODE)
    except OSError as error:
        raise StoreUnreadable(f"{store} cannot be made ({error.strerror}). Nothing was changed.") from error
    return store


def archive_path(store: Path) -> Path:
    """Every version of every resource; append-only."""
    return store / "archive.duckdb"


def archive_before_path(store: Path) -> Path:
    """The archive that a rebuild replaced, where the two differed."""
    return store / "archive-before.duckdb"


def build_path(store: Path, run_id: str) -> Path:
    """What one run made of the archive."""
    return store / f"build-{run_id}.duckdb"


def reader_path(store: Path) -> Path:
    """What readers open; swapped as a whole."""
    return store / "read.duckdb"


def lock_path(store: Path) -> Path:
    """The file whose lock makes one process the writer."""
    return store / "work.lock"


def remove_database(path: Path) -> None:
    """Delete a database file with its write-ahead log; one that is not there is no error."""
    path.unlink(missing_ok=True)
    write_ahead_log(path).unlink(missing_ok=True)


def remove_builds(store: Path, *, keep: Collection[str]) -> int:
    """Delete every build file but those of the runs to keep; how many went. A build can always be made again."""
    kept = {build_path(store, run_id) for run_id in keep}
    old = [path for path in sorted(store.glob("build-*.duckdb")) if path not in kept]
    for path in old:
        remove_database(path)
    return len(old)


def write_ahead_log(path: Path) -> Path:
    """The log that stands beside a database whose last writer did not close it."""
    return path.with_name(path.name + ".wal")


def replace_file(new: Path, old: Path) -> None:
    """Put a finished file into the place of another, so that a reader sees one or the other, also after a crash."""
    sync(new)
    os.replace(new, old)
    sync(old.parent)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
