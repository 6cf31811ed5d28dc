"""Which substance a coding names."""

from tests.sql.conftest import Store

ATC = "http://www.whocc.no/atc"
GERMAN_ATC = "http://fhir.de/CodeSystem/bfarm/atc"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
DRUG = ["resource_id", "name", "drug_class"]


def _drugs(store: Store, rows: str) -> list[tuple[object, ...]]:
    store.given("stage.medication_request_coding", "medication_request_id | system | code\n" + rows)
    store.build("cohort.codings")
    return store.rows("cohort.drug_codes", DRUG)


def test_an_exact_row_beats_a_prefix_and_the_longest_prefix_wins(store: Store) -> None:
    found = _drugs(
        store,
        f"""
        exact    | {ATC}        | L01BB05
        german   | {GERMAN_ATC} | L01XL04
        long     | {ATC}        | L01EN99
        short    | {ATC}        | L01XY99
        none     | {ATC}        | A10BA02
        strange  | {RXNORM}     | L01BB05
        """,
    )
    assert found == [
        ("exact", "fludarabine", "cytotoxic"),
        ("german", "tisagenlecleucel", "car_t"),
        ("long", "tki", "tki"),
        ("short", "targeted_other", "targeted_other"),
    ]


def test_two_ingredients_are_two_drugs_and_two_codes_of_one_are_one(store: Store) -> None:
    found = _drugs(
        store,
        f"""
        pair | {ATC}    | L01BB05
        pair | {RXNORM} | 24698
        pair | {RXNORM} | 3002
        pair | {ATC}    | L01
        """,
    )
    assert found == [("pair", "cyclophosphamide", "cytotoxic"), ("pair", "fludarabine", "cytotoxic")]
