"""Statements that are not relations: warehouse/sql/statements/<name>.sql."""

from functools import cache
from importlib.resources import files
from typing import Any

import pandas
from numpy.typing import NDArray

from warehouse.connection import Connection


def run_statement(connection: Connection, name: str, **variables: str) -> list[tuple[Any, ...]]:
    """Run one statement and fetch all its rows; `getvariable('x')` in it is the argument `x`."""
    # Variables and not $parameters, because sqlfluff cannot read the latter.
    for variable, value in variables.items():
        connection.execute(f"set variable {variable} = $value", {"value": value})
    return connection.execute(_statement(name)).fetchall()


def run_statement_frame(connection: Connection, name: str, **variables: str) -> pandas.DataFrame:
    """The same, as a frame."""
    for variable, value in variables.items():
        connection.execute(f"set variable {variable} = $value", {"value": value})
    return connection.execute(_statement(name)).df()


def run_statement_column(connection: Connection, name: str) -> NDArray[Any]:
    """The only column of a statement, as an array."""
    (column,) = connection.execute(_statement(name)).fetchnumpy().values()
    return column


@cache
def _statement(name: str) -> str:
    return (files("warehouse") / "sql" / "statements" / f"{name}.sql").read_text(encoding="utf-8")
