"""Candidates of the crawl: rather one too many than one too few."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from mappings.fhir_days import DaySpan, possible_days
from mappings.index_events import candidate_index_days, roster_searches
from mappings.protocol import load_protocol

SHANGHAI = "Asia/Shanghai"
PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
DAY = date(2018, 3, 5)


def procedure(patient="p", **changes):
    base = {
        "resourceType": "Procedure",
        "id": "x",
        "status": "completed",
        "subject": {"reference": f"Patient/{patient}"},
    }
    return base | {"performedDateTime": "2018-03-05"} | changes


def code(system, value, **more):
    return {"coding": [{"system": system, "code": value, **more}]}


@pytest.fixture
def days(value_sets):
    return lambda *resources: candidate_index_days(resources, value_sets, SHANGHAI)


@pytest.mark.parametrize(
    "concept",
    [
        code(PCS, "XW033C3"),
        code("http://terminology.hl7.org/CodeSystem/icd10PCS", "xw033c3 "),
        code("urn:oid:2.16.840.1.113883.6.4", "XW043FA"),  # a code for review
        {"text": "CD19 CAR T细胞输注"},
        code("urn:local:his", "4711", display="CAR-T cell infusion"),
        {"text": "Kymriah"},
        code("http://hl7.org/fhir/sid/icd-9-cm", "99.2801") | {"text": "CAR-T cell infusion"},
    ],
)
def test_a_code_or_a_text_of_an_infusion_is_a_candidate(days, concept):
    assert days(procedure(code=concept)) == {"p": [DAY]}


@pytest.mark.parametrize(
    "changes",
    [
        {"code": {"text": "crash cart check"}},
        {"code": {"text": "CAR-T leukapheresis"}},
        {"code": code("http://hl7.org/fhir/sid/icd-9-cm", "99.28")},  # only together with a text
        {"code": code(PCS, "XW043L7", display="CAR-T cell infusion")},  # tumour-infiltrating lymphocytes
        {"code": code(PCS, "XW033C3"), "status": "not-done"},
        {"code": code(PCS, "XW033C3"), "status": "entered-in-error"},
        {"code": code(PCS, "XW033C3"), "subject": {"display": "somebody"}},
        {"code": code(PCS, "XW033C3"), "resourceType": "ServiceRequest"},
        {},
    ],
)
def test_nothing_else_is(days, changes):
    assert days(procedure(**changes)) == {}


def administration(**changes):
    base = {"resourceType": "MedicationAdministration", "id": "a", "status": "completed"}
    return base | {"subject": {"reference": "Patient/p"}, "effectivePeriod": {"start": "2018-03-05"}} | changes


def test_an_administration_is_found_by_its_product_its_medication_or_a_contained_one(days):
    product = code("http://fhir.de/CodeSystem/bfarm/atc", "L01XL04")
    medication = {"resourceType": "Medication", "id": "m", "code": product}
    referred = administration(medicationReference={"reference": "Medication/m"})
    assert days(administration(medicationCodeableConcept=product)) == {"p": [DAY]}
    assert days(referred, medication) == {"p": [DAY]}
    assert days(referred) == {}
    assert days(administration(medicationReference={"reference": "#m"}, contained=[medication])) == {"p": [DAY]}


def test_days_are_local_distinct_and_in_order(days):
    coded = {"code": code(PCS, "XW033C3")}
    found = days(
        procedure(**coded, performedDateTime="2018-03-20"),
        procedure(**coded, performedDateTime="2018-03-04T23:30:00Z"),
        procedure(**coded, performedDateTime="2018-03-05T07:30:00+08:00"),
    )
    assert found == {"p": [DAY, date(2018, 3, 20)]}


def test_an_undated_candidate_keeps_its_patient(days):
    coded = {"code": code(PCS, "XW033C3")}
    assert days(procedure(**coded, performedDateTime=None)) == {"p": []}
    assert days(procedure(**coded, performedDateTime="2018-02")) == {"p": [date(2018, 2, 1), date(2018, 2, 28)]}


@pytest.mark.parametrize(
    ("text", "first_on", "last_on"),
    [
        ("2018", date(2018, 1, 1), date(2018, 12, 31)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("20180305", DAY, DAY),
        ("2018-03-05 10:00", DAY, DAY),
        ("2018-03-04T24:00", DAY, DAY),
        ("2018-03-05T00:30:00+0800", DAY, DAY),
        ("2018-03-04T16:00:00Z", DAY, DAY),
        ("2018-03-04T15:59:59.999Z", date(2018, 3, 4), date(2018, 3, 4)),
        ("2016-12-31T23:59:60Z", date(2017, 1, 1), date(2017, 1, 1)),
    ],
)
def test_a_date_means_the_days_of_the_hospital(text, first_on, last_on):
    assert possible_days(text, ZoneInfo(SHANGHAI)) == DaySpan(first_on, last_on)


@pytest.mark.parametrize("text", ["", "soon", "2018-13", "2018-02-30", "0000", "05.03.2018"])
def test_what_is_no_date_means_no_day(text):
    assert possible_days(text, ZoneInfo(SHANGHAI)) is None


def test_the_roster_is_searched_by_every_spelling_of_a_system(value_sets):
    searches = dict(roster_searches(load_protocol("car-t-b-all"), value_sets))
    assert set(searches) == {"Procedure", "MedicationAdministration", "Condition"}
    assert {f"{PCS}|XW033C3", "http://terminology.hl7.org/CodeSystem/icd10PCS|XW033C3"} <= set(searches["Procedure"])
    assert f"{PCS}|XW043L7" not in searches["Procedure"]
    assert "http://www.whocc.no/atc|L01XL04" in searches["MedicationAdministration"]
    assert {"http://hl7.org/fhir/sid/icd-10|C91.0", "http://hl7.org/fhir/sid/icd-10-cm|C91.01"} <= set(
        searches["Condition"]
    )
    assert all(len(set(tokens)) == len(tokens) for tokens in searches.values())
