"""What FHIR says about each string of a resource with a given skeleton: the kind of primitive it must be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson

from mappings.json_skeletons import EXPONENT, Layout
from mappings.primitive_rules import RULES, UNRULED
from mappings.sql_on_fhir.elements import PRIMITIVES, element, element_names, is_resource

_WHOLE_NUMBERS = frozenset({"integer", "integer64", "positiveInt", "unsignedInt"})
# Longer ones may be beyond what FHIR's integers hold.
_MOST = 999_999_999


@dataclass
class StringPlaces:
    """Strings by place: `kinds` those with a rule of their primitive, `fixed` those that are part of the shape."""

    kinds: dict[int, str] = field(default_factory=dict)
    fixed: dict[int, str] = field(default_factory=dict)


class ShapeDoubtful(Exception):
    """What the models say of this shape may depend on values that no rule covers."""


def string_places(resource_type: str, layout: Layout, text: str) -> StringPlaces:
    """The strings of a resource of that text, by what they must be.

    Raises:
        ShapeDoubtful: a value has another JSON type than FHIR says, a key means something to the models alone, or the
            same key stands twice.
    """
    parts = text.split('"')
    strings = parts[1::2]
    if any(EXPONENT.search(outside) for outside in parts[::2]):
        raise ShapeDoubtful
    keys = set(layout.keys)
    # Each string value becomes its place, so that the parsed tree says where the strings stand.
    parts[1::2] = [string if place in keys else str(place) for place, string in enumerate(strings)]
    walk = _Walk(strings)
    walk.resource(orjson.loads('"'.join(parts)), resource_type)
    if walk.visited + len(keys) != len(strings):
        raise ShapeDoubtful
    return walk.places


class _Walk:
    def __init__(self, strings: list[str]) -> None:
        self._strings = strings
        self.places = StringPlaces()
        self.visited = 0

    def resource(self, tree: Any, resource_type: str | None) -> None:  # noqa: ANN401 - JSON
        """A resource; None for the type means that it says it itself."""
        if not isinstance(tree, dict) or not isinstance(tree.get("resourceType"), str):
            raise ShapeDoubtful
        said = self._strings[int(tree["resourceType"])]
        if not is_resource(said) or resource_type not in {None, said}:
            raise ShapeDoubtful
        self._object(tree, _keys(said))

    def _object(self, tree: dict[str, Any], keys: Mapping[str, tuple[str, bool]]) -> None:
        for key, value in tree.items():
            if key == "resourceType":
                self._fixed(value)
            elif key in keys:
                self._element(value, *keys[key])
            elif "_" in key:
                self._underscored(key, value, keys)
            else:
                # The models object to the key, whatever it holds.
                self._ignored(value)

    def _underscored(self, key: str, value: object, keys: Mapping[str, tuple[str, bool]]) -> None:
        # Only the names of fields that the models have beside those of FHIR have an underscore (a test looks).
        primitive, repeats = keys.get(key[1:], ("", False))
        if key[0] != "_" or primitive not in PRIMITIVES:
            raise ShapeDoubtful
        for one in self._items(value, repeats=repeats):
            if not isinstance(one, dict):
                raise ShapeDoubtful
            self._object(one, _keys("Element"))

    def _element(self, value: object, type_name: str, repeats: bool) -> None:
        for one in self._items(value, repeats=repeats):
            if type_name in PRIMITIVES:
                self._primitive(one, type_name)
            elif type_name == "Resource":
                self.resource(one, None)
            elif isinstance(one, dict):
                self._object(one, _keys(type_name))
            else:
                raise ShapeDoubtful

    def _items(self, value: object, *, repeats: bool) -> list[Any]:
        if isinstance(value, list) != repeats and value is not None:
            raise ShapeDoubtful
        return [one for one in (value if isinstance(value, list) else [value]) if one is not None]

    def _primitive(self, value: object, type_name: str) -> None:
        if isinstance(value, str):
            self._string(int(value), type_name)
        elif not _is_plain(value, type_name):
            raise ShapeDoubtful

    def _string(self, place: int, type_name: str) -> None:
        self.visited += 1
        if type_name in RULES:
            self.places.kinds[place] = type_name
        elif type_name not in UNRULED:
            raise ShapeDoubtful

    def _fixed(self, value: object) -> None:
        if not isinstance(value, str):
            raise ShapeDoubtful
        self.visited += 1
        self.places.fixed[int(value)] = self._strings[int(value)]

    def _ignored(self, value: object) -> None:
        if isinstance(value, str):
            self.visited += 1
        elif isinstance(value, dict):
            for inner in value.values():
                self._ignored(inner)
        elif isinstance(value, list):
            for inner in value:
                self._ignored(inner)


def _is_plain(value: object, type_name: str) -> bool:
    if isinstance(value, bool):
        return type_name == "boolean"
    if type_name in _WHOLE_NUMBERS:
        return isinstance(value, int) and abs(value) <= _MOST
    return type_name == "decimal" and isinstance(value, int | float)


@cache
def _keys(type_name: str) -> Mapping[str, tuple[str, bool]]:
    """Type and repetition by JSON key: a choice element has one key for each of its types."""
    keys: dict[str, tuple[str, bool]] = {}
    for name in element_names(type_name):
        found = element(type_name, name)
        if found is None:
            continue
        keys |= {key: (choice, False) for choice, key in found.choices.items()} or {
            name: (found.type_name, found.repeats)
        }
    return keys
