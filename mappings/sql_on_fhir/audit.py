"""The shape audit of a view: JSON types other than FHIR says, counted per path, so that tolerant reading hides nothing.

The structure of a document (its keys and the JSON types behind them) is taken once per document; documents of one
structure are counted together, so that looking at every path of every view costs next to nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from mappings.sql_on_fhir import dialect_duckdb as dialect
from mappings.sql_on_fhir.elements import NUMBERS, is_primitive
from mappings.sql_on_fhir.values import Shape

READ_COLUMNS = ("view_name", "resource_type", "path", "place", "expected")


@dataclass(frozen=True)
class Read:
    """A path that a view reads: `place` is where it stands in a structure, `expected` the JSON type of FHIR there.

    `expected` is `object`, `array`, `string`, `number` or `boolean`.
    """

    path: str
    place: str
    expected: str


def reads_of(shape: Shape, path: str = "", place: str = dialect.STRUCTURE_ROOT) -> Iterator[Read]:
    """Every path below a shape; a list is one read, what its elements are another."""
    for key, child in sorted(shape.fields.items()):
        inner, below = f"{path}.{key}".lstrip("."), dialect.structure_field(place, key)
        if child.repeats:
            yield Read(inner, below, "array")
            below = dialect.structure_element(below)
        yield Read(inner, below, _expected(child.type_name))
        yield from reads_of(child, inner, below)


def audit_sql(*, reads: str, structures: str) -> str:
    """One row per view, path and JSON type that is not the expected one.

    `reads` is a relation with `READ_COLUMNS`; `structures` has resource_type, structure (`json_structure` of the JSON)
    and resource_count. `found` is an expected type, or `null`, or `mixed` for elements of several types. Columns:
    view_name, resource_type, path, expected, found, is_lost (such a value is read as nothing), resource_count, and
    of_count, the resources of the type.
    """
    found = dialect.structure_type("structures.structure", "reads.place")
    return f"""with found as (
    select reads.view_name, reads.resource_type, reads.path, reads.expected, {found} as found,
    structures.resource_count,
    sum(structures.resource_count) over (partition by reads.view_name, reads.place) as of_count
    from {reads} as reads
    inner join {structures} as structures on reads.resource_type = structures.resource_type
)
select view_name, resource_type, path, expected, found,
    (expected in ('object', 'array') or found in ('object', 'array', 'null')) as is_lost,
    cast(sum(resource_count) as bigint) as resource_count, cast(max(of_count) as bigint) as of_count
from found
where found <> expected
group by view_name, resource_type, path, expected, found
order by view_name, path, expected, found"""  # noqa: S608 - names of relations that the caller chose


def _expected(type_name: str) -> str:
    if type_name in NUMBERS:
        return "number"
    if not is_primitive(type_name):
        return "object"
    return "boolean" if type_name == "boolean" else "string"
