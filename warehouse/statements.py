"""Statements that are not relations: warehouse/sql/statements/<name>.sql."""

from functools import cache
from importlib.resources import files


@cache
def statement(name: str) -> str:
    """The text of one statement; its `$parameters` are passed to DuckDB by the caller."""
    return (files("warehouse") / "sql" / "statements" / f"{name}.sql").read_text(encoding="utf-8")
