"""The relations of the archive: what is received (`raw`, `ops`), what it was judged by (`ref`), what was issued."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from warehouse.connection import Connection, append_rows, connect, opened
from warehouse.errors import StoreNewer, StoreOutdated
from warehouse.statements import run_statement
from warehouse.store import prepare_store

ARCHIVE_SCHEMAS = ("raw", "ops", "ref", "published")
# Raised by one when the same columns mean something else; added and dropped columns are seen without it.
LAYOUT = 1
_LAYOUT_RELATION = "ops.store_layout"
_DEFINITION = "create table if not exists"


def open_archive(path: Path, *, threads: int | None = None, memory: str | None = None) -> Connection:
    """Open an archive for writing, made if it is not there; the caller holds the lock and closes it.

    Raises:
        StoreUnreadable: the file cannot be opened or made.
        StoreNewer, StoreOutdated: another version made it; nothing was changed.
    """
    prepare_store(path.parent)
    connection = connect(path, threads=threads, memory=memory)
    try:
        if has_relations(connection):
            check_layout(connection, path)
        create_archive(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def check_layout(connection: Connection, path: Path) -> None:
    """Compare an archive with what this version makes.

    Raises:
        StoreNewer: its layout is of a later version.
        StoreOutdated: its layout or its columns are of an earlier one.
    """
    found = archive_columns(connection)
    rows = connection.table(_LAYOUT_RELATION).fetchall() if _LAYOUT_RELATION in found else []
    layout = max((row[0] for row in rows), default=0)
    if layout > LAYOUT:
        raise StoreNewer(
            f"{path} was made by a newer Nadir (layout {layout}, this one makes {LAYOUT}). Nothing was changed; "
            "install the newer version again, or make the store anew with this one: nadir store rebuild"
        )
    if layout < LAYOUT or found != expected_columns():
        raise StoreOutdated(f"{path} was made by an earlier Nadir. Nothing was changed; run nadir store rebuild")


@cache
def expected_columns() -> Mapping[str, list[str]]:
    """What `archive_columns` finds in an archive that this version makes."""
    with opened(macros=False) as memory:
        create_archive(memory)
        return archive_columns(memory)


def has_relations(connection: Connection) -> bool:
    """Whether an open file has any table: a new one has none."""
    return bool(archive_columns(connection))


def archive_columns(connection: Connection) -> dict[str, list[str]]:
    """Columns with their types of every table of an open archive, in order."""
    found: dict[str, list[str]] = {}
    for relation, column in run_statement(connection, "archive_columns"):
        found.setdefault(str(relation), []).append(str(column))
    return found


def create_archive(connection: Connection) -> None:
    """Make every relation of the archive that is not there yet."""
    for schema in ARCHIVE_SCHEMAS:
        connection.execute(f"create schema if not exists {schema}")
        for relation in archive_relations(schema):
            connection.execute(_definition(relation))
    if not connection.table(_LAYOUT_RELATION).fetchall():
        append_rows(connection, _LAYOUT_RELATION, [(LAYOUT,)])


def archive_relations(schema: str) -> list[str]:
    """The relations of one schema of the archive, by name."""
    folder = files("warehouse") / "sql" / schema
    names = sorted(file.name.removesuffix(".sql") for file in folder.iterdir() if file.name.endswith(".sql"))
    return [f"{schema}.{name}" for name in names if _DEFINITION in _definition(f"{schema}.{name}")]


def _definition(relation: str) -> str:
    schema, _, name = relation.partition(".")
    return (files("warehouse") / "sql" / schema / f"{name}.sql").read_text(encoding="utf-8")
