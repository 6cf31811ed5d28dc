"""Writes `elements.json`, the table of FHIR R4 elements, from the R4B models of `fhir.resources`.

    python -m mappings.sql_on_fhir.generate_elements

R4B equals R4 in everything but evidence, medication definition, subscription and nutrition. Form: type -> element ->
type name, with `*` where it repeats; a choice element (`value[x]`) -> {type: JSON key}. Run again after an upgrade of
fhir.resources; a test compares the file with what this script would write.
"""

import json
import re
from importlib import import_module
from pathlib import Path

from fhir.resources.R4B import get_fhir_model_class
from pydantic import BaseModel

TARGET = Path(__file__).parent / "elements.json"

Elements = dict[str, str | dict[str, str]]

_LINK = re.compile(r"\babc\.(\w+)Type\b")
_PRIMITIVE = re.compile(r"\b([A-Z][A-Za-z0-9]*)(?:\(| object at )")
_PRIMITIVE_NAMES = {
    "Base64Binary": "base64Binary", "Canonical": "canonical", "Code": "code", "Date": "date", "DateTime": "dateTime",
    "Decimal": "decimal", "Id": "id", "Instant": "instant", "Integer": "integer", "Integer64": "integer64",
    "Markdown": "markdown", "Oid": "oid", "PositiveInt": "positiveInt", "String": "string", "Time": "time",
    "UnsignedInt": "unsignedInt", "Uri": "uri", "Url": "url", "UuidVersion": "uuid", "Xhtml": "xhtml",
}  # fmt: skip


def element_table() -> dict[str, Elements]:
    """The elements of every R4B type that ViewDefinitions can reach, by type name."""
    table: dict[str, Elements] = {}
    # Element is what stands beside a primitive: its id and extensions.
    waiting = ["Element", *sorted(_resource_types())]
    while waiting:
        name = waiting.pop()
        if name in table:
            continue
        table[name] = _elements(get_fhir_model_class(name))
        waiting.extend(sorted(_complex_types(table[name]) - table.keys()))
    return dict(sorted(table.items()))


def write_elements(target: Path = TARGET) -> None:
    """Write the table, one type a line, so that an upgrade shows as a short difference."""
    lines = [f"{json.dumps(name)}: {json.dumps(elements)}" for name, elements in element_table().items()]
    target.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _resource_types() -> set[str]:
    names = import_module("fhir.resources.R4B.fhirtypes").__dict__
    types = {name.removesuffix("Type") for name in names if name.endswith("Type") and not name.startswith("_")}
    return {name for name in types if _is_resource(name)} - {"Resource", "DomainResource"}


def _is_resource(name: str) -> bool:
    try:
        model = get_fhir_model_class(name)
    except (KeyError, ValueError):  # a primitive of fhirtypes: it has no model
        return False
    bases = {base.__name__ for base in model.__mro__}
    return "Resource" in bases


def _elements(model: type[BaseModel]) -> Elements:
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    elements: Elements = {}
    for key in model.elements_sequence():  # type: ignore[attr-defined]  # of fhir.resources, not of pydantic
        type_name, repeats = _type_of(str(fields[key].annotation))
        extra = fields[key].json_schema_extra
        choice = extra.get("one_of_many") if isinstance(extra, dict) else None
        if not isinstance(choice, str):
            elements[key] = type_name + ("*" if repeats else "")
        else:
            keys = elements.setdefault(choice, {})
            assert isinstance(keys, dict)  # noqa: S101  # narrows the type; a choice name never is a plain element
            keys[type_name] = key
    return elements


def _type_of(annotation: str) -> tuple[str, bool]:
    repeats = "typing.List[" in annotation
    if link := _LINK.search(annotation):
        return link[1], repeats
    for found in _PRIMITIVE.findall(annotation):
        if found in _PRIMITIVE_NAMES:
            return _PRIMITIVE_NAMES[found], repeats
    if "bool" in annotation:
        return "boolean", repeats
    raise ValueError(f"no FHIR type in the annotation {annotation}")


def _complex_types(elements: Elements) -> set[str]:
    found = {name for kind in elements.values() for name in (kind if isinstance(kind, dict) else [kind.rstrip("*")])}
    return {name for name in found if name[0].isupper()}


if __name__ == "__main__":
    write_elements()
