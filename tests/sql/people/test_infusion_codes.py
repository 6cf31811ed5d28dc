"""What the infusion list says of a code."""

from tests.sql.conftest import Store

PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
ICD9 = "http://hl7.org/fhir/sid/icd-9-cm"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
ATC = "http://www.whocc.no/atc"


def test_a_supply_code_or_a_product_on_the_wrong_channel_waits_for_a_person(store: Store) -> None:
    store.given(
        "stage.procedure_coding",
        f"""
        procedure_id | system  | code
        given        | {PCS}   | XW033J7
        twice        | {PCS}   | XW033J7
        twice        | {PCS}   | XW043J7
        stem         | {ICD9}  | 99.2800x001
        supply       | {HCPCS} | Q2042
        product      | {ATC}   | L01XL04
        other        | {PCS}   | 30233G2
        """,
    )
    store.given(
        "stage.medication_administration_coding",
        f"medication_administration_id | system | code\ndose | {ATC} | L01XX71\nroute | {PCS} | XW033J7",
    )
    store.build("cohort.codings")
    assert store.rows("cohort.infusion_codes", ["resource_id", "code", "use", "text_required", "product"]) == [
        ("dose", "L01XX71", "include", False, "tisagenlecleucel"),
        ("given", "XW033J7", "include", False, "tisagenlecleucel"),
        ("product", "L01XL04", "review", False, "tisagenlecleucel"),
        ("route", "XW033J7", "review", False, "tisagenlecleucel"),
        ("stem", "99.2800X001", "include", True, None),
        ("supply", "Q2042", "review", False, "tisagenlecleucel"),
        ("twice", "XW033J7", "include", False, "tisagenlecleucel"),
        ("twice", "XW043J7", "include", False, "tisagenlecleucel"),
    ]
