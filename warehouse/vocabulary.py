"""How far the code lists reach over what a server sends: shares, and the codes that no list holds. Counts only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from warehouse.build import Build
from warehouse.connection import Connection, opened
from warehouse.load import load_landing
from warehouse.run_key import RunKey
from warehouse.statements import run_statement
from warehouse.store import reader_path

UNKNOWN_CODES = "counts.unmapped_codes"

__all__ = ["Coverage", "UnknownCode", "Vocabulary", "vocabulary_of_landing", "vocabulary_of_readers"]


@dataclass(frozen=True)
class Coverage:
    """Resources of a type with a coding in an element that code lists are about, and those that some list knows."""

    resource_type: str
    element: str
    resources: int
    known: int


@dataclass(frozen=True)
class UnknownCode:
    """A code that no list holds and the number of resources that have no better one. No system is None."""

    resource_type: str
    element: str
    system: str | None
    code: str | None
    resources: int


@dataclass(frozen=True)
class Vocabulary:
    """Coverage by type and element, and the unknown codes of each, commonest first."""

    coverage: tuple[Coverage, ...]
    unknown: tuple[UnknownCode, ...]


def vocabulary_of_readers(store: Path) -> Vocabulary | None:
    """Of the newest build that readers see; None before the first.

    Raises:
        StoreUnreadable: the readers' file cannot be opened.
    """
    path = reader_path(store)
    if not path.is_file():
        return None
    with opened(path, read_only=True) as reader:
        return _vocabulary(reader)


def vocabulary_of_landing(store: Path, landing: Path, run: RunKey) -> Vocabulary:
    """Of everything in a landing folder, by a store that is made for this and may be thrown away.

    Raises:
        LandingDamaged, StoreUnreadable, RelationFailed: as for a load and a build.
    """
    load_landing(store, landing)
    build = Build(store, run)
    build.stage()
    build.needed([UNKNOWN_CODES])
    with opened(build.path, read_only=True) as connection:
        return _vocabulary(connection)


def _vocabulary(connection: Connection) -> Vocabulary:
    coverage = [Coverage(*row) for row in run_statement(connection, "code_coverage")]
    unknown = connection.table(UNKNOWN_CODES).project("resource_type, element, system, code, resources")
    order = "resource_type, element, resources desc, system nulls last, code nulls last"
    return Vocabulary(tuple(coverage), tuple(UnknownCode(*row) for row in unknown.order(order).fetchall()))
