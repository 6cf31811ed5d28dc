"""The vocabulary of checks: what a rule can say, and what every check must say beside it.

A check is one promise about one relation. Its severity decides whether the week is issued (``stop``) or issued with
a warning (``warn``); ``protects`` names the measures that its failure can spoil; ``reason`` is the sentence that the
index page prints. Rules hold names and queries only; :mod:`checks.expectations` hands them to the checking library.
"""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["stop", "warn"]
ALL_MEASURES = ("all",)


@dataclass(frozen=True)
class HasColumns:
    """The relation has at least these columns."""

    columns: tuple[str, ...]


@dataclass(frozen=True)
class NotNull:
    """The column is filled in at least ``share`` of the rows."""

    column: str
    share: float = 1.0


@dataclass(frozen=True)
class UniqueKey:
    """No two rows agree in all of these columns."""

    columns: tuple[str, ...]


@dataclass(frozen=True)
class InSet:
    """The column holds one of these values, or nothing."""

    column: str
    values: tuple[str | int, ...]


@dataclass(frozen=True)
class NoRows:
    """The query finds no row; ``{batch} as name`` in any of the queries stands for the relation.

    ``share`` of the ``elements`` may be found before the check fails; ``elements`` is a query for the rows that the
    rule is about, all rows of the relation where it is empty. ``breakdown`` is a query for (name, count) pairs that
    are added to the reason of a failed check; the names must come from ``ref``, never from patients' data.
    """

    query: str
    share: float = 0.0
    elements: str = ""
    breakdown: str = ""


Rule = HasColumns | NotNull | UniqueKey | InSet | NoRows


@dataclass(frozen=True)
class Check:
    """One promise about one relation."""

    name: str
    severity: Severity
    rule: Rule
    protects: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Suite:
    """The checks of one relation, in the order in which they are reported."""

    relation: str
    checks: tuple[Check, ...]


def stop(name: str, rule: Rule, protects: tuple[str, ...], reason: str) -> Check:
    """A check whose failure ends the run before the week is issued."""
    return Check(name, "stop", rule, protects, reason)


def warn(name: str, rule: Rule, protects: tuple[str, ...], reason: str) -> Check:
    """A check whose failure travels into the report."""
    return Check(name, "warn", rule, protects, reason)
