"""`repeat`: every element that a set of paths reaches from a resource, then from what it reached, and so on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mappings.sql_on_fhir import dialect_duckdb as dialect
from mappings.sql_on_fhir.elements import element
from mappings.sql_on_fhir.errors import ExpressionInvalid, ExpressionUnsupported
from mappings.sql_on_fhir.names import Names
from mappings.sql_on_fhir.values import UNKNOWN_TYPE, Shape

_PATH = re.compile(r"[A-Za-z]+(\.[A-Za-z]+)*")


@dataclass(frozen=True)
class Tree:
    """The elements of a `repeat`; `shape` collects the fields that columns read of them."""

    paths: tuple[tuple[str, ...], ...]
    shape: Shape
    variable: str

    def list_sql(self, document: str) -> str:
        """The SQL of their list, in the order of the document."""
        return dialect.descendants(document, self.paths, self.variable, self.shape.structure())


def find_tree(type_name: str, paths: Sequence[str], names: Names) -> Tree:
    """The tree that the paths span from a resource type. Paths that R4 does not know there reach nothing.

    Raises:
        ExpressionUnsupported: a path is more than names and dots, or the paths reach elements of several types.
    """
    for path in paths:
        if not _PATH.fullmatch(path):
            raise ExpressionUnsupported("repeat takes paths of names only", place="repeat", expression=path)
    steps = tuple(tuple(path.split(".")) for path in paths)
    reached = _reached_types(type_name, steps)
    if len(reached) > 1:
        raise ExpressionUnsupported(f"repeat reaches elements of several types: {', '.join(sorted(reached))}")
    return Tree(steps, Shape(next(iter(reached), UNKNOWN_TYPE), repeats=False), names.variable())


def _reached_types(type_name: str, paths: Sequence[Sequence[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = [type_name]
    while waiting:
        start = waiting.pop()
        found = {end for path in paths if (end := _end_type(start, path)) is not None} - reached
        reached |= found
        waiting.extend(found)
    return reached


def _end_type(type_name: str, path: Sequence[str]) -> str | None:
    for name in path:
        found = element(type_name, name)
        if found is None:
            return None
        if found.choices:
            raise ExpressionInvalid(f"repeat: {name!r} has several types", place="repeat", expression=".".join(path))
        type_name = found.type_name
    return type_name
