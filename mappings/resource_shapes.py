"""What FHIR says about each string of a resource with a given skeleton: the kind of primitive it must be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

from mappings.json_skeletons import EXPONENT
from mappings.patient_reference import PATIENT_ELEMENTS, PatientReference, patient_reference
from mappings.primitive_rules import RULED, UNRULED
from mappings.sql_on_fhir.elements import PRIMITIVES, element, element_names, is_resource
from mappings.validation import parsed

_WHOLE_NUMBERS = frozenset({"integer", "integer64", "positiveInt", "unsignedInt"})
# Longer ones may be beyond what FHIR's integers hold.
_MOST = 999_999_999


# No string of a line that bytes can split means this character, so that it marks a place in the parsed tree.
_MARK = "\x01"
NO_PLACE = -1


@dataclass
class ResourcePlaces:
    """Where a resource of some shape says what: places count the values of its text, `NO_PLACE` is none.

    `kinds` has the code in `RULED` of each value's primitive, 0 for none with a rule. `patient` is how the shape names
    the patient where no reference does.
    """

    resource_type: str
    kinds: list[int]
    resource_id: int
    version_id: int
    last_updated: int
    reference: int
    patient: PatientReference


class ShapeDoubtful(Exception):
    """What the models or contracts 5 say of this shape may depend on values that no rule covers."""


def resource_places(plain: bytes, is_removed: Sequence[bool]) -> ResourcePlaces:
    """The places of the values of a line without escapes, of whose strings some are values.

    Raises:
        ShapeDoubtful: the line is no resource with type, id and patient, a value has another JSON type than FHIR says,
            a key means something to the models alone, or the same key stands twice.
    """
    parts = plain.decode().split('"')
    if b'"modifierExtension"' in plain or any(EXPONENT.search(outside) for outside in parts[::2]):
        raise ShapeDoubtful
    places = count()
    parts[1::2] = [
        rf"\u0001{next(places)}" if removed else kept for kept, removed in zip(parts[1::2], is_removed, strict=True)
    ]
    tree = parsed('"'.join(parts).encode())
    if not tree:
        raise ShapeDoubtful
    walk = _Walk(next(places))
    walk.resource(tree)
    if len(walk.visited) != len(walk.kinds):
        raise ShapeDoubtful
    return _places(tree, walk.kinds)


def _places(tree: dict[str, Any], kinds: list[int]) -> ResourcePlaces:
    resource_type = tree["resourceType"]
    meta = tree.get("meta") or {}
    resource_id = _place(tree.get("id"))
    subject = tree.get(PATIENT_ELEMENTS.get(resource_type, ""))
    patient = patient_reference(resource_type, tree)
    if resource_id == NO_PLACE or patient is PatientReference.MISSING:
        raise ShapeDoubtful
    return ResourcePlaces(
        resource_type=resource_type,
        kinds=kinds,
        resource_id=resource_id,
        version_id=_place(meta.get("versionId")),
        last_updated=_place(meta.get("lastUpdated")),
        reference=_place(subject.get("reference")) if isinstance(subject, dict) else NO_PLACE,
        patient=patient,
    )


def _place(value: object) -> int:
    return int(value[1:]) if isinstance(value, str) and value.startswith(_MARK) else NO_PLACE


class _Walk:
    """Goes through a parsed tree whose values are their places; `kinds` as in `ResourcePlaces`."""

    def __init__(self, values: int) -> None:
        self.kinds = [0] * values
        self.visited: set[int] = set()

    def resource(self, tree: Any) -> None:  # noqa: ANN401 - JSON
        """A resource, which says its type itself."""
        if not isinstance(tree, dict) or not isinstance(tree.get("resourceType"), str):
            raise ShapeDoubtful
        said = tree["resourceType"]
        if not is_resource(said):
            raise ShapeDoubtful
        self._object(tree, _keys(said))

    def _object(self, tree: dict[str, Any], keys: Mapping[str, tuple[str, bool]]) -> None:
        for key, value in tree.items():
            if key == "resourceType":
                self._type(value)
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
                self.resource(one)
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
            self._string(value, type_name)
        elif not _is_plain(value, type_name):
            raise ShapeDoubtful

    def _string(self, value: str, type_name: str) -> None:
        place = self._visited(value)
        if type_name in RULED:
            self.kinds[place] = RULED.index(type_name) + 1
        elif type_name not in UNRULED:
            raise ShapeDoubtful

    def _visited(self, value: str) -> int:
        place = _place(value)
        if place == NO_PLACE:
            raise ShapeDoubtful
        self.visited.add(place)
        return place

    def _type(self, value: object) -> None:
        # It is part of the skeleton and no value, unless it is no text.
        if not isinstance(value, str) or value.startswith(_MARK):
            raise ShapeDoubtful

    def _ignored(self, value: object) -> None:
        if isinstance(value, str):
            self._visited(value)
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
