"""The relations of the archive: what is received (`raw`, `ops`), what it was judged by (`ref`), what was issued."""

from importlib.resources import files
from pathlib import Path

from warehouse.connection import Connection, connect
from warehouse.store import prepare_store

ARCHIVE_SCHEMAS = ("raw", "ops", "ref", "published")
_DEFINITION = "create table if not exists"


def open_archive(path: Path, *, threads: int | None = None, memory: str | None = None) -> Connection:
    """Open an archive for writing and make what it lacks; the caller holds the lock and closes it.

    Raises:
        StoreUnreadable: the file cannot be opened or made.
    """
    prepare_store(path.parent)
    connection = connect(path, threads=threads, memory=memory)
    create_archive(connection)
    return connection


def create_archive(connection: Connection) -> None:
    """Make every relation of the archive that is not there yet."""
    for schema in ARCHIVE_SCHEMAS:
        connection.execute(f"create schema if not exists {schema}")
        for relation in archive_relations(schema):
            connection.execute(_definition(relation))


def archive_relations(schema: str) -> list[str]:
    """The relations of one schema of the archive, by name."""
    folder = files("warehouse") / "sql" / schema
    names = sorted(file.name.removesuffix(".sql") for file in folder.iterdir() if file.name.endswith(".sql"))
    return [f"{schema}.{name}" for name in names if _DEFINITION in _definition(f"{schema}.{name}")]


def _definition(relation: str) -> str:
    schema, _, name = relation.partition(".")
    return (files("warehouse") / "sql" / schema / f"{name}.sql").read_text(encoding="utf-8")
