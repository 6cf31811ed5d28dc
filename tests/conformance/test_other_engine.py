"""The same views give the same rows in another engine: sqlonfhir, which evaluates resource by resource.

What that engine does not have is left out of the comparison and is named here and in docs/sql_on_fhir.md:
`getReferenceKey` where the reference is absent, absolute or an urn (it fails or gives nothing), `%rowIndex`, and choice
elements below an iteration (it finds none there).
"""

import copy
import gzip
import json
import random
import re
from decimal import Decimal
from pathlib import Path

import pytest
import sqlonfhir

from mappings.sql_on_fhir.elements import NUMBERS, element, element_names, is_primitive
from mappings.views import load_views

SHARED = Path("/work/shared/data")
FOLDERS = ("bulkserver100", "hl7-r4-examples", "us-core-examples")
VIEWS = {view.name: view for view in load_views()}
SAMPLE = 25
KEY = re.compile(r"\bgetReferenceKey\([A-Za-z]*\)")
TYPES = ("Patient", "Observation", "Condition", "Encounter", "MedicationAdministration", "Procedure", "Specimen")
# Left out of random resources: the resource in a resource, what has no end, and what fhirpathpy has another model of.
LEFT_OUT = {"contained", "extension", "modifierExtension", "text", "meta", "id", "implicitRules", "language"}
WORDS = ("a", "b", "final", "official", "urn:x")
MOMENTS = {
    "date": ("1970-02-01", "1980"), "dateTime": ("2018-03-04", "2018-03-04T07:00:00Z"),
    "instant": ("2018-03-04T07:00:00Z",), "time": ("07:00:00",),
}  # fmt: skip


def resources_of(resource_type, limit=None):
    if not SHARED.is_dir():
        pytest.skip(f"the third-party data are not here: {SHARED}")
    found = []
    for folder in FOLDERS:
        path = SHARED / folder / f"{resource_type}.ndjson.gz"
        if path.is_file():
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                found += [json.loads(line) for line in list(lines)[:limit]]
    return found


def portable(part, inside=False):
    """A view without what the other engine lacks: the reference itself in place of its key, and less columns."""
    if isinstance(part, list):
        return [portable(one, inside) for one in part if not (isinstance(one, dict) and lacking(one, inside))]
    if isinstance(part, dict):
        inside = inside or "forEach" in part or "forEachOrNull" in part
        return {key: portable(value, inside) for key, value in part.items()}
    return KEY.sub("reference", part) if isinstance(part, str) else part


def lacking(part, inside):
    paths = [part.get(key, "") for key in ("path", "forEach", "forEachOrNull")]
    return "%rowIndex" in paths or (inside and any(".ofType(" in path for path in paths))


def same_rows(rows_of, view, resources):
    columns, ours = rows_of(view, resources)
    theirs = sqlonfhir.evaluate(resources, copy.deepcopy(view))
    assert in_order(ours) == in_order({name: row.get(name) for name in columns} for row in theirs)
    return len(ours)


def in_order(rows):
    return sorted((sorted((key, comparable(value)) for key, value in row.items()) for row in rows), key=str)


def comparable(value):
    if isinstance(value, list):
        # The row that forEachOrNull adds has an empty collection here and null there.
        return [comparable(one) for one in value] or None
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float | Decimal):
        # A decimal column has twelve places, a float of the other engine about fifteen digits.
        return f"{round(Decimal(str(value)), 9).normalize():f}"
    return str(value)


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_gives_the_rows_of_the_other_engine(rows_of, name):
    view = VIEWS[name]
    same_rows(rows_of, as_numbers(portable(view.definition)), resources_of(view.resource_type, SAMPLE))


@pytest.mark.nightly
@pytest.mark.parametrize("name", VIEWS)
def test_a_view_gives_the_rows_of_the_other_engine_over_a_whole_server(rows_of, name):
    view = VIEWS[name]
    same_rows(rows_of, as_numbers(portable(view.definition)), resources_of(view.resource_type))


def as_numbers(part):
    """The other engine has no tag for the source text of a decimal: both read numbers."""
    if isinstance(part, list):
        return [as_numbers(one) for one in part]
    if isinstance(part, dict):
        return {key: as_numbers(value) for key, value in part.items() if key != "tag"}
    return part


def test_random_views_of_random_resources_give_the_rows_of_the_other_engine(rows_of):
    rows = sum(compare_random(rows_of, random.Random(seed)) for seed in range(60))  # noqa: S311
    assert rows > 250


@pytest.mark.nightly
def test_many_random_views_give_the_rows_of_the_other_engine(rows_of):
    assert sum(compare_random(rows_of, random.Random(seed)) for seed in range(60, 3_000)) > 10_000  # noqa: S311


def compare_random(rows_of, chance):
    resource_type = chance.choice(TYPES)
    resources = [
        {**random_object(chance, resource_type, 3), "resourceType": resource_type, "id": f"r{i}"} for i in range(6)
    ]
    view = {"resource": resource_type, "status": "active", "select": [random_select(chance, resource_type, 3, Names())]}
    view["select"].append({"column": [{"name": "key", "path": "id"}]})
    if chance.random() < 0.3:
        view["where"] = [{"path": f"{random_path(chance, resource_type, 2)[0]}.exists()"}]
    return same_rows(rows_of, view, resources)


class Names:
    """Names of columns, none twice."""

    def __init__(self):
        self.used = 0

    def __next__(self):
        self.used += 1
        return f"c{self.used}"


def random_object(chance, type_name, depth):
    found = {}
    for name in element_names(type_name):
        if name in LEFT_OUT or chance.random() < 0.55:
            continue
        kind = element(type_name, name)
        if kind.choices:
            choice = chance.choice(sorted(kind.choices))
            value = random_value(chance, choice, depth - 1)
            key = kind.choices[choice]
        elif kind.repeats:
            values = [random_value(chance, kind.type_name, depth - 1) for _ in range(chance.randint(1, 3))]
            key, value = name, [one for one in values if one is not None] or None
        else:
            key, value = name, random_value(chance, kind.type_name, depth - 1)
        if value is not None:
            found[key] = value
    return found


def random_value(chance, type_name, depth):
    if type_name == "boolean":
        return chance.random() < 0.5
    if type_name in NUMBERS:
        return chance.choice((1, 7, 120)) if type_name != "decimal" else chance.choice((6.31, 0.5, 120, 37.25))
    if is_primitive(type_name):
        return chance.choice(MOMENTS.get(type_name, WORDS))
    return (random_object(chance, type_name, depth) or None) if depth > 0 else None


def random_path(chance, type_name, depth):
    """A path of elements and the type at its end; choice elements only where a resource begins the path."""
    is_root = type_name in TYPES
    steps = []
    while depth > 0:
        names = [name for name in element_names(type_name) if usable(type_name, name, is_root)]
        if not names:
            break
        name = chance.choice(names)
        kind = element(type_name, name)
        type_name = chance.choice(sorted(kind.choices)) if kind.choices else kind.type_name
        steps.append(f"{name}.ofType({type_name})" if kind.choices else name)
        depth -= 1
        if is_primitive(type_name) or chance.random() < 0.3:
            break
    return ".".join(steps), type_name


def usable(type_name, name, is_root):
    kind = element(type_name, name)
    return name not in LEFT_OUT and kind.type_name not in {"Resource", "xhtml"} and (is_root or not kind.choices)


def random_select(chance, type_name, depth, names):
    select = {"column": [random_column(chance, type_name, names) for _ in range(chance.randint(1, 3))]}
    if depth > 0 and chance.random() < 0.7:
        path, inner = random_path(chance, type_name, 2)
        if not is_primitive(inner) and path:
            below = random_select(chance, inner, depth - 1, names)
            # In the row that forEachOrNull adds exists() is false here and null there.
            select["select"] = [{"forEach" if "exists()" in str(below) else "forEachOrNull": path, **below}]
    return select


def random_column(chance, type_name, names):
    path, end = random_path(chance, type_name, 3)
    while not is_primitive(end):
        path, end = random_path(chance, type_name, 3)
    match chance.randint(0, 3):
        case 0:
            return {"name": next(names), "path": path, "collection": True}
        case 1:
            return {"name": next(names), "path": f"{path}.exists()"}
        case _:
            return {"name": next(names), "path": f"{path}.first()"}
