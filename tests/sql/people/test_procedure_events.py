"""Collections, transplants and radiotherapy, by code or by words."""

from tests.sql.conftest import Store

EVENTS = ["resource_id", "concept", "performed_on", "by_text"]
SNOMED = "http://snomed.info/sct"
ICD9 = "http://hl7.org/fhir/sid/icd-9-cm"
CPT = "http://www.ama-assn.org/go/cpt"


def test_codes_come_first_and_words_are_heard_where_no_code_is_known(store: Store) -> None:
    store.given(
        "stage.procedure",
        """
        procedure_id | patient_id | status      | code_text              | performed_datetime
        coded        | p1         | completed   |                        | 2019-03-01
        stem         | p1         | completed   |                        | 2019-03-02
        told         | p1         | completed   | 淋巴细胞采集            | 2019-03-03
        known        | p1         | completed   | leukapheresis          | 2019-03-04
        review       | p1         | completed   |                        | 2019-03-05
        tbi          | p1         | completed   | total body irradiation | 2019-03-06
        not_done     | p1         | not-done    |                        | 2019-03-07
        undated      | p1         | completed   |                        | 2019
        """,
    )
    store.given(
        "stage.procedure_coding",
        f"""
        procedure_id | system   | code
        coded        | {CPT}    | 38225
        stem         | {ICD9}   | 41.0500
        known        | {SNOMED} | 367336001
        review       | {SNOMED} | 127788007
        tbi          | {SNOMED} | 108290001
        not_done     | {SNOMED} | 234336002
        undated      | {SNOMED} | 234336002
        """,
    )
    store.build("cohort.codings", "cohort.texts")
    assert store.rows("cohort.procedure_events", EVENTS) == [
        ("coded", "collection", "2019-03-01", False),
        ("known", "chemotherapy", "2019-03-04", False),
        ("stem", "hsct_allogeneic", "2019-03-02", False),
        ("tbi", "radiotherapy", "2019-03-06", False),
        ("tbi", "total_body_irradiation", "2019-03-06", True),
        ("told", "collection", "2019-03-03", True),
    ]


def test_two_codes_of_one_concept_are_one_event(store: Store) -> None:
    store.given(
        "stage.procedure", "procedure_id | patient_id | status | performed_datetime\nx | p1 | completed | 2019-03-01"
    )
    store.given(
        "stage.procedure_coding",
        f"procedure_id | system | code\nx | {SNOMED} | 234336002\nx | {SNOMED} | 1172516002",
    )
    store.build("cohort.codings")
    assert store.rows("cohort.procedure_events", EVENTS) == [("x", "hsct_any", "2019-03-01", False)]
