"""Reads one CSV of the code lists against its rows in `schema.csv`."""

import csv
import datetime
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from mappings.errors import ValueSetUnreadable

Cell = str | bool | int | Decimal | datetime.date | None
Key = tuple[Cell, ...]

_SCHEMA_HEADER = ["file", "position", "column_name", "duckdb_type", "in_key", "required", "allowed_values"]
_DECIMAL_TYPE = re.compile(r"DECIMAL\(([0-9]+),([0-9]+)\)")


@dataclass(frozen=True)
class Column:
    """One column of a code list as `schema.csv` describes it."""

    name: str
    duckdb_type: str
    in_key: bool
    required: bool
    allowed_values: tuple[str, ...]


def read_schema(path: Path) -> dict[str, tuple[Column, ...]]:
    """The columns of every file named in `schema.csv`, by file name, in position order.

    Raises:
        ValueSetUnreadable: the file is not there or has another header.
    """
    schema: dict[str, tuple[Column, ...]] = {}
    for _, cells in _lines(path, _SCHEMA_HEADER):
        name, _, column_name, duckdb_type, in_key, required, allowed = cells
        values = tuple(allowed.split("|")) if allowed else ()
        column = Column(column_name, duckdb_type, in_key == "yes", required == "yes", values)
        schema[name] = (*schema.get(name, ()), column)
    return schema


def read_rows(path: Path, columns: tuple[Column, ...]) -> dict[Key, tuple[Cell, ...]]:
    """The typed rows of one file by key, in file order. An empty field is None.

    Raises:
        ValueSetUnreadable: header, number of fields, a required, typed or listed value, or the uniqueness of the key is
            not as `schema.csv` says; the message names file, line and column.
    """
    rows: dict[Key, tuple[Cell, ...]] = {}
    for line, cells in _lines(path, [column.name for column in columns]):
        row = tuple(
            _typed(cell, column, f"{path}, line {line}, column {column.name}")
            for cell, column in zip(cells, columns, strict=True)
        )
        key = tuple(cell for cell, column in zip(row, columns, strict=True) if column.in_key)
        if key in rows:
            names = ", ".join(column.name for column in columns if column.in_key)
            raise ValueSetUnreadable(f"{path}, line {line}, column {names}: this key stands in an earlier line.")
        rows[key] = row
    return rows


def _lines(path: Path, header: list[str]) -> Iterator[tuple[int, list[str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueSetUnreadable(f"{path}: cannot be read as UTF-8 text ({type(error).__name__}).") from error
    reader = csv.reader(io.StringIO(text, newline=""))
    found = next(reader, [])
    if found != header:
        raise ValueSetUnreadable(f"{path}, line 1: expected the header {','.join(header)}; got {','.join(found)}.")
    for cells in reader:
        if not cells:
            continue
        if len(cells) != len(header):
            raise ValueSetUnreadable(
                f"{path}, line {reader.line_num}: expected {len(header)} fields, got {len(cells)}. "
                "Quote texts that hold commas."
            )
        yield reader.line_num, cells


def _typed(text: str, column: Column, place: str) -> Cell:
    if text == "":
        if column.required:
            raise ValueSetUnreadable(f"{place}: a value is required here.")
        return None
    if column.allowed_values and text not in column.allowed_values:
        raise ValueSetUnreadable(f"{place}: expected one of {', '.join(column.allowed_values)}; got {text!r}.")
    try:
        return _parsed(text, column.duckdb_type)
    except (ValueError, InvalidOperation) as error:
        raise ValueSetUnreadable(f"{place}: expected {column.duckdb_type}; got {text!r}.") from error


def _parsed(text: str, duckdb_type: str) -> Cell:
    if duckdb_type == "BOOLEAN":
        return {"yes": True, "no": False}[text] if text in {"yes", "no"} else _refuse("yes or no")
    if duckdb_type == "INTEGER":
        return int(text)
    if duckdb_type == "DATE":
        return datetime.date.fromisoformat(text)
    if decimal_type := _DECIMAL_TYPE.fullmatch(duckdb_type):
        return _decimal(text, digits=int(decimal_type[1]), places=int(decimal_type[2]))
    return text


def _decimal(text: str, *, digits: int, places: int) -> Decimal:
    number = Decimal(text)
    if number != round(number, places) or abs(number) >= 10 ** (digits - places):
        _refuse(f"{places} decimal places")
    return number.quantize(Decimal(1).scaleb(-places))


def _refuse(expected: str) -> bool:
    raise ValueError(expected)
