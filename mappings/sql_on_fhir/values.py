"""What an expression has become so far: its SQL, its FHIR type, whether it repeats, which fields are asked of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mappings.sql_on_fhir import elements

# The type of elements that no path reaches: whatever is asked of them is empty.
UNKNOWN_TYPE = "Nothing"


@dataclass
class Shape:
    """The fields that a view reads of one JSON object; it grows while expressions are lowered."""

    type_name: str
    repeats: bool
    fields: dict[str, "Shape"] = field(default_factory=dict)

    def child(self, key: str, type_name: str, *, repeats: bool) -> "Shape":
        """The shape of a field, which is asked for from now on."""
        return self.fields.setdefault(key, Shape(type_name, repeats))

    def structure(self) -> object:
        """For the projection: primitives as text, objects by field; an object of which nothing is read as JSON."""
        one: object = {key: child.structure() for key, child in sorted(self.fields.items())}
        if not self.fields:
            one = "VARCHAR" if elements.is_primitive(self.type_name) else "JSON"
        return [one] if self.repeats else one

    def decimal_keys(self) -> set[str]:
        """The keys under which decimals are read, anywhere below: their text must survive the reading."""
        own = {key for key, child in self.fields.items() if child.type_name == "decimal"}
        return own.union(*(child.decimal_keys() for child in self.fields.values()))


@dataclass(frozen=True)
class Value:
    """A collection: a list in SQL if it `repeats`, else one value, where NULL is the empty collection.

    `is_text`: a primitive as the JSON has it, not yet cast. `shape` is None for what an expression computed. `place` is
    where a primitive was read, so that its extensions can be read beside it (`_birthDate`); None once it is filtered.
    """

    sql: str
    type_name: str
    repeats: bool = False
    is_text: bool = False
    shape: Shape | None = None
    place: "Place | None" = None

    @property
    def is_primitive(self) -> bool:
        """Whether this is a column's kind of value: text, number, boolean, moment."""
        return elements.is_primitive(self.type_name) or self.type_name == UNKNOWN_TYPE


@dataclass(frozen=True)
class Place:
    """The object that a primitive was read from, its key there, and whether the key holds a list."""

    owner: Value
    key: str
    repeats: bool


@dataclass(frozen=True)
class Choice:
    """A choice element (`value[x]`) before `ofType` says which one; `keys` is the JSON key of each type."""

    owner: Value
    name: str
    keys: Mapping[str, str]


@dataclass(frozen=True)
class Scope:
    """Where an expression stands: its context, the number of its row in the innermost iteration, the constants."""

    this: Value
    row_index: str
    constants: Mapping[str, Value]
