"""Codes in the spelling of the value sets, whoever wrote them."""

from tests.sql.conftest import Store

SPELLING = ["resource_id", "system", "code"]
CM = "http://hl7.org/fhir/sid/icd-10-cm"
WHO = "http://hl7.org/fhir/sid/icd-10"
ICD9 = "http://hl7.org/fhir/sid/icd-9-cm"
PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
SNOMED = "http://snomed.info/sct"
ATC = "http://www.whocc.no/atc"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def test_icd_codes_get_their_dot_and_case(store: Store) -> None:
    store.given(
        "stage.condition_coding",
        f"""
        condition_id | system | code
        no_dot       | {CM}   | A4151
        lower        | {WHO}  | a46.x00
        short        | {WHO}  | A41
        spaces       | {CM}   | A41.51
        empty        | {CM}   |
        """,
    )
    assert store.rows("cohort.codings", SPELLING) == [
        ("lower", WHO, "A46.X00"),
        ("no_dot", CM, "A41.51"),
        ("short", WHO, "A41"),
        ("spaces", CM, "A41.51"),
    ]


def test_dagger_and_asterisk_are_two_codes(store: Store) -> None:
    store.given("stage.condition_coding", f"condition_id | system | code\nc1 | {WHO} | A18.115+N74.1*")
    assert store.rows("cohort.codings", SPELLING) == [("c1", WHO, "A18.115"), ("c1", WHO, "N74.1")]


def test_aliases_of_a_system_are_translated_by_resource_type(store: Store) -> None:
    store.given(
        "stage.condition_coding",
        """
        condition_id | system                         | code
        oid          | urn:oid:2.16.840.1.113883.6.96 | 277571004
        chinese      | urn:local:cn-icd               | C91.000
        no_system    |                                | C91.0
        """,
    )
    store.given("stage.procedure_coding", "procedure_id | system | code\nchinese_9 | urn:local:cn-icd | 99.2800")
    assert store.rows("cohort.codings", SPELLING) == [
        ("chinese", WHO, "C91.000"),
        ("chinese_9", ICD9, "99.2800"),
        ("no_system", None, "C91.0"),
        ("oid", SNOMED, "277571004"),
    ]


def test_a_seven_character_code_on_a_procedure_is_pcs(store: Store) -> None:
    store.given("stage.procedure_coding", f"procedure_id | system | code\nx1 | {CM} | XW033C3\nx2 | {ICD9} | 9928")
    assert store.rows("cohort.codings", SPELLING) == [("x1", PCS, "XW033C3"), ("x2", ICD9, "99.28")]


def test_the_same_coding_twice_is_one_row(store: Store) -> None:
    store.given(
        "stage.condition_coding",
        f"condition_id | system | code | display\nc1 | {CM} | C91.00 | b\nc1 | {CM} | C9100 | a",
    )
    assert store.rows("cohort.codings", [*SPELLING, "display"]) == [("c1", CM, "C91.00", "a")]


def test_drugs_are_found_through_the_medication_and_its_ingredients(store: Store) -> None:
    store.given("stage.medication_administration", "medication_administration_id | medication_id\na1 | m1\na2 | m2")
    store.given("stage.medication", "medication_id | status\nm1 | active\nm2 | entered-in-error")
    store.given("stage.medication_coding", f"medication_id | system | code\nm1 | {ATC} | L01BB05\nm2 | {ATC} | L01AA01")
    store.given("stage.medication_ingredient_coding", f"medication_id | system | code\nm1 | {RXNORM} | 24698")
    assert store.rows("cohort.codings", SPELLING) == [("a1", RXNORM, "24698"), ("a1", ATC, "L01BB05")]


def test_the_absent_reason_has_the_system_of_the_value_set(store: Store) -> None:
    store.given("stage.observation", "observation_id | absent_reason\no1 | not-asked\no2 |")
    rows = store.rows("cohort.codings", ["resource_id", "element", "system", "code"])
    assert rows == [("o1", "absent", "http://terminology.hl7.org/CodeSystem/data-absent-reason", "not-asked")]
