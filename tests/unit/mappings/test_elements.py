"""The table of FHIR elements is generated, and nobody has edited it since."""

import json

from mappings.sql_on_fhir.elements import element, is_primitive, is_resource, is_type
from mappings.sql_on_fhir.generate_elements import TARGET, write_elements


def test_the_file_is_what_the_script_writes(tmp_path):
    write_elements(tmp_path / "elements.json")
    assert (tmp_path / "elements.json").read_text(encoding="utf-8") == TARGET.read_text(encoding="utf-8")


def test_every_type_that_an_element_has_is_in_the_table():
    table = json.loads(TARGET.read_text(encoding="utf-8"))
    named = set()
    for elements in table.values():
        for kind in elements.values():
            named.update(kind if isinstance(kind, dict) else [kind.rstrip("*")])
    assert {name for name in named if not is_type(name)} == set()


def test_repetition_choice_and_kind_are_those_of_r4():
    assert element("Encounter", "class").type_name == "Coding"
    assert element("Encounter", "class").repeats is False
    assert element("Observation", "component").repeats is True
    assert element("Condition", "onset").choices["Age"] == "onsetAge"
    assert element("Condition", "participant") is None  # R5
    assert is_resource("Specimen")
    assert not is_resource("Quantity")
    assert is_primitive("positiveInt")
