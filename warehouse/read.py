"""The one door through which the others read the store: a relation in, a frame out."""

from pathlib import Path

import duckdb
import pandas

from warehouse.connection import Connection, opened
from warehouse.errors import DoorClosed, RelationUnknown, StoreUnreadable
from warehouse.store import build_path, reader_path

_CLOSED = ("raw", "stage")


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
    if not path.is_file():
        raise StoreUnreadable(f"{path} is not there: nothing was built or published yet. Run `nadir run weekly`.")
    with opened(path, read_only=True) as connection:
        return _rows(connection, relation, parameters)


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
