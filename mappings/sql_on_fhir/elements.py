"""The elements of FHIR R4: type, repetition and choice, from the generated `elements.json`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "elements.json"

NUMBERS = frozenset({"decimal", "integer", "integer64", "positiveInt", "unsignedInt"})
MOMENTS = frozenset({"date", "dateTime", "instant", "time"})
TEXTS = frozenset(
    {"base64Binary", "canonical", "code", "id", "markdown", "oid", "string", "uri", "url", "uuid", "xhtml"},
)
PRIMITIVES = NUMBERS | MOMENTS | TEXTS | {"boolean"}


@dataclass(frozen=True)
class Element:
    """An element of a type. `choices`: for a choice element (`value[x]`) the JSON key of each type, else empty."""

    type_name: str
    repeats: bool
    choices: Mapping[str, str]


def element(type_name: str, name: str) -> Element | None:
    """The element of a type; None when the type has no such element.

    >>> element("Observation", "component").repeats
    True
    >>> element("Observation", "value").choices["Quantity"]
    'valueQuantity'
    """
    kind = _table().get(type_name, {}).get(name)
    if kind is None:
        return None
    if isinstance(kind, dict):
        return Element("", repeats=False, choices=kind)
    return Element(kind.rstrip("*"), repeats=kind.endswith("*"), choices={})


def element_names(type_name: str) -> tuple[str, ...]:
    """The names of the elements of a type; none for a type that R4 does not have."""
    return tuple(_table().get(type_name, {}))


def is_type(name: str) -> bool:
    """Whether FHIR R4 has a resource, data type or primitive of this name."""
    return name in PRIMITIVES or name in _table()


def is_resource(name: str) -> bool:
    """Whether this is a resource type: what has `implicitRules`."""
    return "implicitRules" in _table().get(name, {})


def is_primitive(type_name: str) -> bool:
    """Whether values of this type are single JSON values."""
    return type_name in PRIMITIVES


@cache
def _table() -> dict[str, dict[str, str | dict[str, str]]]:
    table: dict[str, dict[str, str | dict[str, str]]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return table
