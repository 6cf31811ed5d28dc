"""The `ref` relations: value sets and the run's own rows, as tables that SQL joins.

No clinical code and no threshold stands in SQL: a code is a row of a value set, a threshold is a column of
`ref.protocol`, and the two clocks are columns of `ref.run`.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas

from warehouse.connection import Connection

_SCHEMA_FILE = "schema.csv"


@dataclass(frozen=True)
class ColumnContract:
    """One column of a value set, as schema.csv states it."""

    name: str
    duckdb_type: str
    in_key: bool


Row = dict[str, str]


def load_value_sets(connection: Connection, folders: Sequence[Path]) -> list[str]:
    """Make one `ref` table per value set; the first folder has schema.csv, later ones add to and replace rows.

    Returns the names of the relations. A row of a later folder replaces the row with the same key.
    """
    connection.execute("create schema if not exists ref")
    relations = []
    for file_name, columns in value_set_contracts(folders[0] / _SCHEMA_FILE).items():
        rows = _merged_rows([folder / file_name for folder in folders], columns)
        relation = f"ref.{Path(file_name).stem}"
        create_table(connection, relation, {column.name: column.duckdb_type for column in columns}, rows)
        relations.append(relation)
    return relations


def value_set_contracts(schema_file: Path) -> dict[str, list[ColumnContract]]:
    """The columns of each value set, by file name; the test cases beside the value sets are left out."""
    contracts: dict[str, list[ColumnContract]] = {}
    with schema_file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if "/" in row["file"]:
                continue
            column = ColumnContract(row["column_name"], row["duckdb_type"], row["in_key"] == "yes")
            contracts.setdefault(row["file"], []).append(column)
    return contracts


def create_table(
    connection: Connection, relation: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, object]]
) -> None:
    """Make a table with these column types from rows of text; a missing or empty value is NULL."""
    frame = pandas.DataFrame(
        {name: pandas.Series([_text(row.get(name)) for row in rows], dtype="object") for name in columns}
    )
    casts = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in columns.items())
    # Types come from the casts, not from the frame: an empty frame has the same columns as a full one.
    typed = frame.astype({name: "str" for name in columns})
    connection.from_df(typed).project(casts).create(relation)


def _merged_rows(files: Sequence[Path], columns: Sequence[ColumnContract]) -> list[Row]:
    key = [column.name for column in columns if column.in_key]
    merged: dict[object, Row] = {}
    for file in files:
        if not file.is_file():
            continue
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                merged[tuple(row[name] for name in key) if key else len(merged)] = row
    return list(merged.values())


def _text(value: object) -> str | None:
    return None if value is None or value == "" else str(value)
