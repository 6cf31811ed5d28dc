"""Rejects and findings: what cannot be used, what is used though the models object, and no value in either."""

import json

import pytest

from mappings.validation import Finding, Reject, judge, reject_reason

CULTURE = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "600-7"}]},
    "subject": {"reference": "Patient/p1"},
    "effectiveDateTime": "2018-03-04T07:00:00+08:00",
}


def line(**changes):
    return json.dumps({key: value for key, value in (CULTURE | changes).items() if value is not None}).encode()


def without(*keys):
    return json.dumps({key: value for key, value in CULTURE.items() if key not in keys}).encode()


def test_a_good_resource_has_neither():
    assert reject_reason(line()) is None
    assert judge("Observation", line()) == ()


@pytest.mark.parametrize(
    ("raw", "reject"),
    [
        (line()[:-9], Reject("not_json")),
        (b"\xff\xfe", Reject("not_json")),
        (b"[]", Reject("no_resource_type")),
        (without("resourceType"), Reject("no_resource_type", None, "o1")),
        (without("id"), Reject("no_id", "Observation")),
        (line(id=" "), Reject("no_id", "Observation")),
        (without("subject"), Reject("no_patient", "Observation", "o1")),
        (line(subject={"display": "somebody"}), Reject("no_patient", "Observation", "o1")),
        (line(modifierExtension=[{"url": "x"}]), Reject("modifier_extension", "Observation", "o1")),
        (line(component=[{"modifierExtension": [{"url": "x"}]}]), Reject("modifier_extension", "Observation", "o1")),
    ],
)
def test_a_line_that_cannot_be_used_at_all_is_rejected(raw, reject):
    assert reject_reason(raw) == reject


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"subject": None, "specimen": {"reference": "Specimen/s1"}}, "patient_through_specimen"),
        ({"subject": {"identifier": {"value": "5"}}}, "patient_by_identifier"),
        ({"subject": {"reference": "Device/d1"}}, "patient_other_subject"),
    ],
)
def test_a_patient_that_can_only_be_reached_another_way_is_a_finding(changes, reason):
    assert reject_reason(line(**changes)) is None
    assert judge("Observation", line(**changes)) == (Finding("subject", reason),)


def test_a_specimen_without_subject_is_used():
    raw = b'{"resourceType": "Specimen", "id": "s1"}'
    assert reject_reason(raw) is None
    assert judge("Specimen", raw) == (Finding("subject", "patient_through_specimen"),)


def test_an_empty_modifier_extension_and_the_word_in_a_text_reject_nothing():
    assert reject_reason(line(modifierExtension=[])) is None
    assert reject_reason(line(note=[{"text": 'a "modifierExtension" somewhere'}])) is None


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"code": {"coding": [{"code": "600-7 "}]}}, "code.coding.0.code"),
        ({"code": {"coding": [{"code": "600-7", "display": ""}]}}, "code.coding.0.display"),
        ({"vendor": True}, "vendor"),
        ({"effectiveDateTime": "2018-03-04T07:00"}, "effectiveDateTime"),
        ({"issued": "2018-03-04T07:00:00"}, "issued"),
        ({"valueQuantity": {"value": "a lot"}}, "valueQuantity.value"),
    ],
)
def test_what_the_models_refuse_is_used_with_a_finding(changes, path):
    raw = line(**changes)
    assert reject_reason(raw) is None
    assert [finding.path for finding in judge("Observation", raw)] == [path]


def test_findings_hold_no_value_and_no_name_that_is_no_element():
    raw = line(**{"Smith, John 1970": 1, "status": ["SENTINEL"], "issued": "SENTINEL"})
    findings = judge("Observation", raw)
    assert "SENTINEL" not in repr(findings)
    assert "Smith" not in repr(findings)
    assert "?" in {finding.path for finding in findings}


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"contained": [{"resourceType": "Nope"}]}, Finding("contained", "unknown_type")),
        ({"contained": [{"resourceType": 5}]}, Finding("(root)", "model_failed")),
    ],
)
def test_a_failure_inside_the_models_is_a_finding(changes, finding):
    assert finding in judge("Observation", line(**changes))


def test_a_type_that_r4_does_not_have_is_a_finding():
    assert judge("Nothing", b'{"resourceType": "Nothing", "id": "x"}') == (Finding("resourceType", "unknown_type"),)


def test_the_models_are_those_of_r4b_and_not_of_r5():
    condition = {
        "resourceType": "Condition",
        "id": "c",
        "subject": {"reference": "Patient/p"},
        "recorder": {"reference": "Practitioner/x"},
    }
    assert judge("Condition", condition) == ()
