"""The views of stage: their names and columns are what the SQL above them joins."""

import pytest

from mappings.errors import ViewUnreadable
from mappings.sql_on_fhir import compile_view
from mappings.views import load_views

COLUMNS = {
    "patient": (
        "patient_id gender birth_date deceased_boolean deceased_datetime active birth_date_absent_reason "
        "gender_absent_reason deceased_absent_reason"
    ),
    "patient_identifier": "patient_id system value use",
    "patient_link": "patient_id other_id link_type",
    "condition": (
        "condition_id patient_id encounter_id clinical_status verification_status code_text onset_datetime "
        "onset_start onset_end onset_string onset_age_value onset_age_unit abatement_datetime abatement_start "
        "abatement_end abatement_string recorded_date"
    ),
    "condition_coding": "condition_id system code display",
    "procedure": (
        "procedure_id patient_id encounter_id status code_text performed_datetime performed_start "
        "performed_end performed_string"
    ),
    "procedure_coding": "procedure_id system code display",
    "observation": (
        "observation_id patient_id encounter_id specimen_id status code_text effective_datetime "
        "effective_start effective_end effective_instant issued value_number value_comparator value_unit "
        "value_unit_code value_string value_integer value_boolean value_datetime value_text absent_reason "
        "value_low value_high value_range_unit value_numerator value_numerator_comparator value_denominator "
        "value_start value_end effective_absent_reason"
    ),
    "observation_coding": "observation_id system code display",
    "observation_value_coding": "observation_id system code display",
    "observation_interpretation_coding": "observation_id system code display",
    "observation_category_coding": "observation_id system code display",
    "observation_component": (
        "observation_id component_number system code display code_text value_number value_unit "
        "value_unit_code value_system value_code value_display value_string"
    ),
    "observation_member": "observation_id member_id",
    "observation_derived_from": "observation_id source_id",
    "medication_administration": (
        "medication_administration_id patient_id context_id status medication_text medication_id "
        "effective_datetime effective_start effective_end route_text dosage_text dose_value dose_unit"
    ),
    "medication_administration_coding": "medication_administration_id system code display",
    "medication_administration_route_coding": "medication_administration_id system code display",
    "medication_request": (
        "medication_request_id patient_id encounter_id status intent do_not_perform medication_text "
        "medication_id authored_on dosage_start dosage_end route_text dosage_text"
    ),
    "medication_request_coding": "medication_request_id system code display",
    "medication_request_route_coding": "medication_request_id system code display",
    "medication": "medication_id status code_text",
    "medication_coding": "medication_id system code display",
    "medication_ingredient_coding": "medication_id system code display",
    "encounter": "encounter_id patient_id status class_system class_code period_start period_end discharge_text",
    "encounter_discharge_coding": "encounter_id system code display",
    "encounter_location": "encounter_id location_id location_display period_start period_end",
    "specimen": (
        "specimen_id patient_id status type_text collected_datetime collected_start collected_end "
        "received_time parent_id"
    ),
    "specimen_type_coding": "specimen_id system code display",
    "diagnostic_report": (
        "diagnostic_report_id patient_id encounter_id status code_text effective_datetime effective_start "
        "effective_end issued conclusion"
    ),
    "diagnostic_report_coding": "diagnostic_report_id system code display",
    "diagnostic_report_conclusion_coding": "diagnostic_report_id system code display",
    "diagnostic_report_result": "diagnostic_report_id observation_id",
    "diagnostic_report_specimen": "diagnostic_report_id specimen_id",
    "device": "device_id patient_id status name type_text system code display",
    "device_use_statement": (
        "device_use_statement_id patient_id device_id status timing_datetime timing_start timing_end body_site_text"
    ),
    "group_member": "group_id group_active patient_id inactive period_start period_end",
    "location": "location_id status name physical_type_code part_of_id",
    "medication_dispense": (
        "medication_dispense_id patient_id context_id status medication_text medication_id when_prepared "
        "when_handed_over quantity_value quantity_unit dosage_text"
    ),
    "medication_dispense_coding": "medication_dispense_id system code display",
    "medication_statement": (
        "medication_statement_id patient_id context_id status medication_text medication_id effective_datetime "
        "effective_start effective_end date_asserted dosage_text"
    ),
    "medication_statement_coding": "medication_statement_id system code display",
}
KEYLESS = (
    "condition diagnostic_report encounter medication_administration medication_request observation procedure specimen"
)
COLUMNS |= {
    f"{name}_keyless_reference": f"{name}_id element reference has_identifier has_display" for name in KEYLESS.split()
}
NOT_TEXT = {
    ("patient", "deceased_boolean"): "boolean",
    ("patient", "active"): "boolean",
    ("observation", "value_boolean"): "boolean",
    ("medication_request", "do_not_perform"): "boolean",
    ("group_member", "group_active"): "boolean",
    ("group_member", "inactive"): "boolean",
    **{
        (f"{name}_keyless_reference", f"has_{part}"): "boolean"
        for name in KEYLESS.split()
        for part in ("identifier", "display")
    },
    ("observation_component", "component_number"): "integer",
}
VIEWS = {view.name: view for view in load_views()}


def test_the_views_are_those_that_stage_needs():
    assert set(VIEWS) == set(COLUMNS)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_view_has_the_columns_that_others_join(name):
    columns = compile_view(VIEWS[name].definition, source="landed").columns
    assert [column.name for column in columns] == COLUMNS[name].split()
    for column in columns:
        assert column.type == NOT_TEXT.get((name, column.name), "varchar"), column.name
        assert column.collection is False


@pytest.mark.parametrize("name", COLUMNS)
def test_no_resource_can_make_a_view_fail(name):
    # A column that may hold several values says first(); otherwise one odd resource would stop the week.
    assert "error(" not in compile_view(VIEWS[name].definition, source="landed").sql


@pytest.mark.parametrize("name", COLUMNS)
def test_a_view_says_what_it_is(name):
    view = VIEWS[name]
    assert view.definition["resourceType"] == "ViewDefinition"
    assert view.definition["status"] == "active"
    assert view.description.startswith("One row per ")


def test_a_culture_flattens_to_its_codes_value_and_members(rows_of):
    culture = {
        "resourceType": "Observation",
        "id": "culture",
        "status": "final",
        "subject": {"reference": "https://ehr.example/fhir/Patient/p1"},
        "specimen": {"reference": "Specimen/s1"},
        "code": {
            "coding": [{"system": "http://acmelabs.org", "code": "104177"}, {"code": "600-7"}],
            "text": "Blood culture",
        },
        "effectiveDateTime": "2018-03-04T07:00:00+08:00",
        "valueCodeableConcept": {
            "coding": [{"system": "http://snomed.info/sct", "code": "112283007 "}],
            "text": "E. coli",
        },
        "hasMember": [{"reference": "Observation/m1"}, {"reference": "Observation/m2"}],
    }
    (row,) = rows_of(VIEWS["observation"].definition, culture)
    assert (row["patient_id"], row["specimen_id"], row["value_text"]) == ("p1", "s1", "E. coli")
    assert row["effective_datetime"] == "2018-03-04T07:00:00+08:00"
    assert [r["code"] for r in rows_of(VIEWS["observation_coding"].definition, culture)] == ["104177", "600-7"]
    assert [r["code"] for r in rows_of(VIEWS["observation_value_coding"].definition, culture)] == ["112283007 "]
    assert [r["member_id"] for r in rows_of(VIEWS["observation_member"].definition, culture)] == ["m1", "m2"]


@pytest.mark.parametrize("resource_type", ["MedicationAdministration", "MedicationRequest"])
def test_a_contained_medication_is_the_medication_of_its_resource(rows_of, resource_type):
    name = {"MedicationAdministration": "medication_administration", "MedicationRequest": "medication_request"}
    medication = {"resourceType": "Medication", "id": "m", "code": {"coding": [{"system": "s", "code": "c"}]}}
    resource = {"resourceType": resource_type, "id": "a", "contained": [medication]}
    resource |= {"medicationReference": {"reference": "#m"}}
    rows = rows_of(VIEWS[f"{name[resource_type]}_coding"].definition, resource)
    assert [(row["system"], row["code"]) for row in rows] == [("s", "c")]


def test_components_keep_their_number_also_without_any_code(rows_of):
    components = [
        {"code": {"coding": [{"code": "8480-6"}, {"code": "local"}]}, "valueQuantity": {"value": 120, "unit": "mmHg"}},
        {"code": {"text": "remark"}, "valueString": "supine"},
        {"code": {"coding": [{"code": "x"}]}, "valueCodeableConcept": {"coding": [{"code": "y"}]}},
    ]
    resource = {"resourceType": "Observation", "id": "o", "component": components}
    rows = rows_of(VIEWS["observation_component"].definition, resource)
    assert [
        (r["component_number"], r["code"], r["value_number"], r["value_code"], r["value_string"]) for r in rows
    ] == [
        (0, "8480-6", "120", None, None),
        (0, "local", "120", None, None),
        (1, None, None, None, "supine"),
        (2, "x", None, "y", None),
    ]


def test_a_file_whose_name_is_not_its_view_is_named(tmp_path):
    (tmp_path / "patient.json").write_text(
        '{"resourceType": "ViewDefinition", "name": "person", "resource": "Patient"}'
    )
    with pytest.raises(ViewUnreadable, match=r"patient\.json: expected name 'patient'"):
        load_views(tmp_path)
    (tmp_path / "patient.json").write_text("{")
    with pytest.raises(ViewUnreadable, match="expected a ViewDefinition as JSON"):
        load_views(tmp_path)


def test_ranges_ratios_and_comparators_are_columns_with_their_source_text(rows_of):
    low_high = '{"low": {"value": 1.10, "unit": "g"}, "high": {"value": 2.50}}'
    ratio = '{"numerator": {"comparator": "<", "value": 1.0}, "denominator": {"value": 128}}'
    texts = [
        f'{{"resourceType": "Observation", "id": "range", "valueRange": {low_high}}}',
        f'{{"resourceType": "Observation", "id": "ratio", "valueRatio": {ratio}}}',
        '{"resourceType": "Observation", "id": "bound", "valueQuantity": {"comparator": "<", "value": 0.50}}',
    ]
    found, titre, bound = rows_of(VIEWS["observation"].definition, *texts)
    assert (found["value_low"], found["value_high"], found["value_range_unit"]) == ("1.10", "2.50", "g")
    assert (titre["value_numerator"], titre["value_numerator_comparator"], titre["value_denominator"]) == (
        "1.0", "<", "128",
    )  # fmt: skip
    assert (bound["value_number"], bound["value_comparator"]) == ("0.50", "<")


def test_what_is_not_there_says_why(rows_of):
    reason = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}]
    }
    (row,) = rows_of(VIEWS["patient"].definition, {"resourceType": "Patient", "id": "p", "_birthDate": reason})
    assert (row["birth_date"], row["birth_date_absent_reason"], row["gender_absent_reason"]) == (None, "masked", None)


def test_members_of_a_group_are_patients(rows_of):
    members = [{"entity": {"reference": "Patient/p1"}}, {"entity": {"reference": "urn:uuid:u"}, "inactive": True}]
    rows = rows_of(VIEWS["group_member"].definition, {"resourceType": "Group", "id": "g", "member": members})
    assert [(row["patient_id"], row["inactive"]) for row in rows] == [("p1", None), ("u", True)]
