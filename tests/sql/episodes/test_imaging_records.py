"""Images of a known site and day, and whether they are coded as worse (definitions 1.5, criterion e)."""

from tests.sql.conftest import Store

LOINC = "http://loinc.org"
HL7 = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
CODES = f"""
    resource_type | resource_id | element        | system  | code
    Observation   | ct1         | code           | {LOINC} | 24627-2
    Observation   | ct2         | code           | {LOINC} | 24627-2
    Observation   | ct2         | interpretation | {HL7}   | W
    Observation   | lab         | code           | {LOINC} | 1988-5
    Observation   | lab         | interpretation | {HL7}   | W
    Observation   | undated     | code           | {LOINC} | 24725-4
"""
KEPT = """
    resource_type | resource_id | patient_id
    Observation   | ct1         | p1
    Observation   | ct2         | p1
    Observation   | lab         | p1
    Observation   | undated     | p1
"""
DAYS = """
    resource_type | resource_id | patient_id | seen_on
    Observation   | ct1         | p1         | 2018-03-01
    Observation   | ct2         | p1         | 2018-03-05
    Observation   | lab         | p1         | 2018-03-05
"""


def test_an_image_is_worse_by_its_code_and_a_laboratory_value_is_no_image(store: Store) -> None:
    store.given("cohort.codings", CODES)
    store.given("cohort.kept_resources", KEPT)
    store.given("cohort.dated_records", DAYS)
    store.build("cohort.imaging_records")
    rows = store.rows("cohort.imaging_records", ["resource_id", "site", "imaged_on", "is_worse"])
    assert sorted((name, site, str(on), worse) for name, site, on, worse in rows) == [
        ("ct1", "lower_resp", "2018-03-01", False),
        ("ct2", "lower_resp", "2018-03-05", True),
    ]
