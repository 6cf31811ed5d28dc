"""The archive as it was known at an instant, for the gate behind it: a week built again later is judged alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from warehouse.connection import Connection, attach_archive, opened
from warehouse.statements import run_statement
from warehouse.store import archive_path

RAW = ("known_resource_versions", "known_deletions", "known_rejects")


@contextmanager
def known_archive(store: Path, as_of: datetime) -> Iterator[Connection]:
    """`raw` with the rows whose `known_from` is not later than `as_of`; the archive is only read, nothing is copied.

    Raises:
        StoreUnreadable: the archive is not there or another process writes it.
    """
    with opened() as connection:
        attach_archive(connection, archive_path(store))
        connection.execute("create schema known")
        connection.execute("create table known.run as select $as_of::timestamptz as as_of", {"as_of": as_of})
        connection.execute("create schema raw")
        for name in RAW:
            run_statement(connection, name)
        yield connection
