"""What the archive knew, and what was issued: the doors that compare one instant with another.

The versions of a resource stay here; only type, id, version, patient and day leave.
"""

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas
from pydantic import ValidationError

from mappings.protocol import Protocol
from mappings.value_sets import ValueSets, ValueSetTable
from warehouse.connection import opened
from warehouse.digests import relations_in
from warehouse.errors import DoorClosed
from warehouse.ingests import read_json_lines
from warehouse.issued import PROTOCOLS
from warehouse.statements import run_statement_frame
from warehouse.store import archive_path, build_path, remove_database

_OPEN = ("ops", "published")


def read_issued(store: Path, relation: str, **parameters: str) -> pandas.DataFrame:
    """Rows of `ops` or `published` from the archive, also where no readers' file was made yet.

    Parameters are equality filters. Rows are sorted by all columns.

    Raises:
        DoorClosed: another schema.
        StoreUnreadable: the archive is not there.
    """
    if relation.partition(".")[0] not in _OPEN:
        raise DoorClosed(f"{relation} is not issued; this door has {' and '.join(_OPEN)}.")
    with opened(archive_path(store), read_only=True, macros=False) as archive:
        rows = archive.table(relation)
        for name, value in parameters.items():
            rows = rows.filter(duckdb.ColumnExpression(name) == duckdb.ConstantExpression(value))
        return rows.order(", ".join(f'"{name}"' for name in rows.columns)).df()


def read_versions_between(store: Path, *, before: datetime, after: datetime, time_zone: str) -> pandas.DataFrame:
    """Every resource whose current version is another one at `after` than at `before`.

    Columns: resource_type, resource_id, version_before, version_after, was_known, is_known, patient_id, evidence_on
    (local date; the day it was updated where the resource names none), is_error.

    Raises:
        StoreUnreadable: the archive is not there.
    """
    with opened(archive_path(store), read_only=True) as archive:
        return run_statement_frame(
            archive,
            "versions_between",
            before=before.astimezone(UTC).isoformat(),
            after=after.astimezone(UTC).isoformat(),
            time_zone=time_zone,
        )


def landed_protocol(landing: Path, protocol_hash: str) -> Protocol | None:
    """The protocol of a past run; None when it was not landed or today's software reads it otherwise."""
    path = landing / PROTOCOLS / f"protocol-{protocol_hash}.jsonl"
    if not path.is_file():
        return None
    content = json.loads(read_json_lines(path)[0]["content"])
    # Landed by the names of the model's fields, one of which a protocol's file calls otherwise.
    by_alias = {field.alias or name: content.get(name) for name, field in Protocol.model_fields.items()}
    try:
        found = Protocol.model_validate(by_alias)
    except ValidationError:
        return None
    return found if found.hash == protocol_hash else None


def landed_value_sets(landing: Path, valueset_hash: str, today: ValueSets) -> ValueSets | None:
    """The value sets of a past run, typed as today's; None when they were not landed or have other columns."""
    path = landing / PROTOCOLS / f"valuesets-{valueset_hash}.jsonl"
    if not path.is_file():
        return None
    contents = {row["table_name"]: json.loads(row["content"]) for row in read_json_lines(path)}
    tables = {
        name: ValueSetTable(name, table.columns, _cells(contents[name], table.column_names))
        for name, table in today.tables.items()
        if name in contents
    }
    found = ValueSets(tables)
    return found if found.hash == valueset_hash else None


def _cells(rows: list[dict[str, Any]], columns: Sequence[str]) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(row.get(column) for column in columns) for row in rows)


def has_build(store: Path, run_id: str, relations: Collection[str]) -> bool:
    """Whether the build file of a run is there and has these relations: one that was cut off lacks some of them."""
    path = build_path(store, run_id)
    if not path.is_file():
        return False
    with opened(path, read_only=True, macros=False) as build:
        return set(relations) <= set(relations_in(build))


def remove_build(store: Path, run_id: str) -> None:
    """Delete a build file that was made for a comparison only."""
    remove_database(build_path(store, run_id))
