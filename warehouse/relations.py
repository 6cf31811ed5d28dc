"""The SQL files of the store: finding them, and the order in which they can run.

A relation `schema.name` is made by warehouse/sql/<schema>/<name>.sql, one select statement. What it reads is
what stands after `from` and `join`; nobody writes an order down.
"""

import re
from collections.abc import Iterable
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files

import duckdb

from warehouse.connection import Connection
from warehouse.errors import RelationFailed, RelationsCircular, RelationUnknown

_COMMENT = re.compile(r"--[^\n]*")
_SOURCE = re.compile(r"\b(?:from|join)\s+([a-z_]+\.[a-z_0-9]+)")
_NAME = re.compile(r"[a-z_]+\.[a-z_0-9]+")


def relation_names(schema: str) -> list[str]:
    """Every relation of a schema that has a SQL file, by name: `["cohort.courses", ...]`."""
    folder = files("warehouse") / "sql" / schema
    if not folder.is_dir():
        return []
    stems = sorted(file.name.removesuffix(".sql") for file in folder.iterdir() if file.name.endswith(".sql"))
    return [f"{schema}.{stem}" for stem in stems]


def has_sql(relation: str) -> bool:
    """Whether a SQL file makes this relation."""
    schema, _, name = relation.partition(".")
    return (files("warehouse") / "sql" / schema / f"{name}.sql").is_file()


@cache
def relation_sql(relation: str) -> str:
    """The select statement of a relation.

    Raises:
        RelationUnknown: there is no such file.
    """
    schema, _, name = relation.partition(".")
    file = files("warehouse") / "sql" / schema / f"{name}.sql"
    if not _NAME.fullmatch(relation) or not file.is_file():
        raise RelationUnknown(f"No SQL file makes {relation}; expected warehouse/sql/{schema}/{name}.sql.")
    return file.read_text(encoding="utf-8")


def relation_sources(relation: str) -> list[str]:
    """What a relation reads directly, by name.

    >>> relation_sources("cohort.nothing")
    Traceback (most recent call last):
        ...
    warehouse.errors.RelationUnknown: No SQL file makes cohort.nothing; expected warehouse/sql/cohort/nothing.sql.
    """
    text = _COMMENT.sub("", relation_sql(relation))
    return sorted(set(_SOURCE.findall(text)))


def build_order(relations: Iterable[str]) -> list[str]:
    """The given relations, each after everything among them that it reads; ties by name.

    Raises:
        RelationsCircular: they read each other in a circle.
    """
    wanted = sorted(set(relations))
    sorter = TopologicalSorter({relation: set(relation_sources(relation)) & set(wanted) for relation in wanted})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise RelationsCircular(
            f"These relations read each other: {circle}. Break the circle in warehouse/sql."
        ) from error
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order.extend(ready)
        sorter.done(*ready)
    return order


def run_sql(connection: Connection, relation: str) -> None:
    """Make one relation as a table from its SQL file; what it reads must exist.

    Raises:
        RelationUnknown: there is no such file.
        RelationFailed: the database refuses the statement.
    """
    make_relation(connection, relation, relation_sql(relation))


def make_relation(connection: Connection, relation: str, select: str) -> None:
    """Make one relation as a table from a select statement.

    Raises:
        RelationFailed: the database refuses the statement. The message has the database's own words only where they
            are about the statement; about a value that does not fit they would quote the value.
    """
    schema, _, _ = relation.partition(".")
    try:
        connection.execute(f"create schema if not exists {schema}")
        connection.execute(f"create table {relation} as\n{select.rstrip().rstrip(';')}")
    except duckdb.ProgrammingError as error:
        raise RelationFailed(f"{relation} cannot be made: {error}") from error
    except duckdb.OperationalError:
        # A full disk is not the relation's fault: the step that has the file says so.
        raise
    except duckdb.Error as error:
        raise RelationFailed(f"{relation} cannot be made from these data: {type(error).__name__}.") from None
