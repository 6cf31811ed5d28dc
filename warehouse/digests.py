"""Digests of relations: how two stores are compared, since two equal builds have different file bytes."""

from dataclasses import dataclass

from warehouse.connection import Connection
from warehouse.statements import run_statement


@dataclass(frozen=True)
class RelationReceipt:
    """A relation, how many rows it has, and a digest that is equal for equal rows in any order."""

    relation: str
    row_count: int
    digest: str


def relation_digest(connection: Connection, relation: str) -> RelationReceipt:
    """Count and digest the rows of one relation.

    >>> from warehouse.connection import opened
    >>> with opened() as memory:
    ...     _ = memory.execute("create schema cohort; create table cohort.empty (patient_id varchar)")
    ...     relation_digest(memory, "cohort.empty")
    RelationReceipt(relation='cohort.empty', row_count=0, digest='')
    """
    row_count, digest = run_statement(connection, "relation_digest", relation=relation)[0]
    return RelationReceipt(relation, int(row_count), str(digest))


def relation_digests(connection: Connection, *schemas: str) -> list[RelationReceipt]:
    """Digest every relation of these schemas (all of the file's own if none is named), by name."""
    return [relation_digest(connection, relation) for relation in relations_in(connection, *schemas)]


def relations_in(connection: Connection, *schemas: str) -> list[str]:
    """The tables of the open file as `schema.name`, sorted; only those of `schemas` if any are named."""
    found = run_statement(connection, "relations")
    names = [(str(schema), str(name)) for schema, name in found]
    return [f"{schema}.{name}" for schema, name in names if not schemas or schema in schemas]
