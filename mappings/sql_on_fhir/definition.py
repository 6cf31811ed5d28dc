"""Reads the envelope of a ViewDefinition, in the spellings of versions 2.0, 2.1 and 3.0, into typed parts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import UnionType
from typing import Any

from mappings.sql_on_fhir.elements import NUMBERS, PRIMITIVES, is_resource
from mappings.sql_on_fhir.errors import ViewInvalid
from mappings.sql_on_fhir.lowering import literal
from mappings.sql_on_fhir.values import Value

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_SELECT_KEYS = frozenset({"column", "select", "forEach", "forEachOrNull", "unionAll", "repeat", "id", "extension"})


@dataclass(frozen=True)
class ColumnDefinition:
    """A column as written. `collection` is False also where the view does not say."""

    name: str
    path: str
    type_name: str | None
    collection: bool
    sql_type: str | None


@dataclass(frozen=True)
class Select:
    """A select as written; `iteration` is the path of forEach or forEachOrNull, `repeat` those of repeat, if any."""

    iteration: str | None
    keeps_empty: bool
    repeat: tuple[str, ...]
    columns: tuple[ColumnDefinition, ...]
    selects: tuple["Select", ...]
    union: tuple["Select", ...]


@dataclass(frozen=True)
class Definition:
    """A view as written."""

    name: str
    resource: str
    selects: tuple[Select, ...]
    where: tuple[str, ...]
    constants: Mapping[str, Value]


def read_definition(view: Mapping[str, Any]) -> Definition:
    """The parts of a ViewDefinition.

    Raises:
        ViewInvalid: an element is missing, of the wrong kind or unknown.
    """
    kind = view.get("resourceType", "ViewDefinition")
    if not isinstance(kind, str) or not kind.endswith("ViewDefinition"):
        raise ViewInvalid(f"expected a ViewDefinition, got resourceType {kind!r}")
    resource = view.get("resource")
    if not isinstance(resource, str) or not is_resource(resource):
        raise ViewInvalid(f"resource: expected a resource type of FHIR R4, got {resource!r}")
    selects = tuple(_select(part) for part in _list(view, "select"))
    if not selects:
        raise ViewInvalid("select: a view needs at least one")
    where = tuple(_text(part, "path", "where") for part in _list(view, "where"))
    constants = dict(_constant(part) for part in _list(view, "constant"))
    return Definition(str(view.get("name", "unnamed")), resource, selects, where, constants)


def _select(part: Mapping[str, Any]) -> Select:
    unknown = sorted(part.keys() - _SELECT_KEYS)
    if unknown:
        raise ViewInvalid(f"select: unknown element {unknown[0]!r}")
    iterations = [key for key in ("forEach", "forEachOrNull", "repeat") if key in part]
    if len(iterations) > 1:
        raise ViewInvalid(f"select: {' and '.join(iterations)} exclude each other")
    repeat = part.get("repeat", ["-"])
    if not isinstance(repeat, list) or not repeat or not all(isinstance(path, str) for path in repeat):
        raise ViewInvalid("repeat: expected a list of paths")
    return Select(
        iteration=_text(part, iterations[0], "select") if iterations and "repeat" not in part else None,
        keeps_empty=iterations == ["forEachOrNull"],
        repeat=tuple(repeat) if "repeat" in part else (),
        columns=tuple(_column(column) for column in _list(part, "column")),
        selects=tuple(_select(inner) for inner in _list(part, "select")),
        union=tuple(_select(inner) for inner in _list(part, "unionAll")),
    )


def _column(part: Mapping[str, Any]) -> ColumnDefinition:
    name = _text(part, "name", "column")
    if not _NAME.fullmatch(name):
        raise ViewInvalid(f"column name {name!r}: expected a letter, then letters, digits and underscores")
    type_name = part.get("type")
    if type_name is not None and (not isinstance(type_name, str) or _short_type(type_name) not in PRIMITIVES):
        raise ViewInvalid(f"column {name}: type {type_name!r} is no primitive type of FHIR")
    collection = part.get("collection", False)
    if not isinstance(collection, bool):
        raise ViewInvalid(f"column {name}: collection must be true or false")
    tags = [tag.get("value") for tag in _list(part, "tag") if tag.get("name") == "ansi/type"]
    return ColumnDefinition(
        name=name,
        path=_text(part, "path", f"column {name}"),
        type_name=None if type_name is None else _short_type(type_name),
        collection=collection,
        sql_type=str(tags[0]) if tags else None,
    )


def _short_type(type_name: str) -> str:
    return type_name.removeprefix("http://hl7.org/fhir/StructureDefinition/").removeprefix("FHIR.")


def _constant(part: Mapping[str, Any]) -> tuple[str, Value]:
    name = _text(part, "name", "constant")
    values = {key: value for key, value in part.items() if key.startswith("value")}
    if len(values) != 1:
        raise ViewInvalid(f"constant {name}: expected one value[x], got {len(values)}")
    ((key, value),) = values.items()
    type_name = key[5:6].lower() + key[6:]
    python_type: type | UnionType = str
    if type_name in NUMBERS | {"boolean"}:
        python_type = bool if type_name == "boolean" else int | float | Decimal
    if (
        type_name not in PRIMITIVES
        or not isinstance(value, python_type)
        or isinstance(value, bool) != (type_name == "boolean")
    ):
        raise ViewInvalid(f"constant {name}: {key} does not hold a {type_name}")
    return name, literal(str(value).lower() if isinstance(value, bool) else str(value), type_name)


def _list(part: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    values = part.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise ViewInvalid(f"{key}: expected a list of objects")
    return values


def _text(part: Mapping[str, Any], key: str, place: str) -> str:
    value = part.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ViewInvalid(f"{place}: {key} must be a text, got {type(value).__name__}")
    return value
