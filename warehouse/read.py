"""The one door through which the others read the store: a relation in, a frame out."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from pathlib import Path

import duckdb
import pandas

from warehouse.connection import Connection, opened
from warehouse.errors import DoorClosed, RelationUnknown, StoreUnreadable
from warehouse.store import build_path, reader_path

_CLOSED = ("raw", "stage")
_HELD: ContextVar[tuple[Path, Connection] | None] = ContextVar("held", default=None)


@contextmanager
def reading(store: Path, run_id: str | None = None) -> Iterator[None]:
    """Keep the readers' file, or the build of a run, open for a block: what reads it there shares one connection.

    Opening a database costs several times a small read. The block must not publish or make that build anew; reads of
    other files, and blocks inside it, are as outside.

    Raises:
        StoreUnreadable: as for `read`.
    """
    path = reader_path(store) if run_id is None else build_path(store, run_id)
    with _opened_for_reading(path) as connection:
        mark = _HELD.set((path, connection))
        try:
            yield
        finally:
            _HELD.reset(mark)


def read(store: Path, relation: str, **parameters: object) -> pandas.DataFrame:
    """The rows of a relation from `read.duckdb`, sorted by all columns; parameters are equality filters.

    `read(store, "published.estimates", run_id="0f3a...", window_name=None)`: None asks for rows without a value.

    Raises:
        DoorClosed: `raw` and `stage` hold identifiable resources and are not for readers.
        RelationUnknown: no such relation, or no such column to filter by.
        StoreUnreadable: nothing was published yet, or the file cannot be opened.
    """
    if relation.partition(".")[0] in _CLOSED:
        raise DoorClosed(f"{relation} stays in the store; readers have cohort, counts, ref, ops and published.")
    return _read_file(reader_path(store), relation, parameters)


def read_build(store: Path, run_id: str, relation: str, **parameters: object) -> pandas.DataFrame:
    """The same from the build file of one run, before it is published; `stage` is there too, `raw` is not.

    Raises:
        DoorClosed, RelationUnknown, StoreUnreadable: as for `read`.
    """
    if relation.partition(".")[0] == "raw":
        raise DoorClosed(f"{relation} stays in the archive; a build has ref, ops, stage, cohort and counts.")
    return _read_file(build_path(store, run_id), relation, parameters)


def _read_file(path: Path, relation: str, parameters: dict[str, object]) -> pandas.DataFrame:
    held = _HELD.get()
    with nullcontext(held[1]) if held and held[0] == path else _opened_for_reading(path) as connection:
        return _rows(connection, relation, parameters)


@contextmanager
def _opened_for_reading(path: Path) -> Iterator[Connection]:
    if not path.is_file():
        raise StoreUnreadable(f"{path} is not there: nothing was built or published yet. Run `nadir run weekly`.")
    with opened(path, read_only=True, macros=False) as connection:
        yield connection


def _rows(connection: Connection, relation: str, parameters: dict[str, object]) -> pandas.DataFrame:
    try:
        rows = connection.table(relation)
    except duckdb.Error as error:
        raise RelationUnknown(f"There is no {relation} in the file that was opened; check the name.") from error
    for name, value in parameters.items():
        if name not in rows.columns:
            raise RelationUnknown(f"{relation} has no column {name}; it has {', '.join(rows.columns)}.")
        column = duckdb.ColumnExpression(name)
        rows = rows.filter(column.isnull() if value is None else column == duckdb.ConstantExpression(value))
    return rows.order(", ".join(f'"{name}"' for name in rows.columns)).df()
