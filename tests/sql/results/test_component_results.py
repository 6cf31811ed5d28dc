"""A component is a result inside its Observation: code and value belong together."""

from tests.sql.conftest import Store
from tests.sql.results.given import LOINC, SNOMED, TESTS, VALUES, given_results


def given_panel(store: Store, *components: tuple[str, str]) -> None:
    lines = [
        f"o1 | {number} | {LOINC} | {TESTS[test]} | {SNOMED} | {VALUES[value]}"
        for number, (test, value) in enumerate(components)
    ]
    header = "observation_id | component_number | system | code | value_system | value_code"
    store.given("stage.observation_component", "\n".join([header, *lines]))


def test_only_the_positive_component_names_its_organism(store: Store) -> None:
    given_panel(store, ("rsv-pcr", "not-detected"), ("covid-pcr", "detected"))
    given_results(store, "id | test | at\no1 | covid-pcr | 2020-01-03")
    assert store.rows("cohort.component_results", ["result", "organism_code"]) == [
        ("negative", None),
        ("positive", "840533007"),
    ]
    rows = store.rows("cohort.micro_results", ["resource_id", "organism_name", "outcome"])
    assert rows == [("o1", "SARS-CoV-2", "positive")]


def test_a_panel_header_speaks_through_its_components(store: Store) -> None:
    given_panel(store, ("rsv-pcr", "detected"), ("covid-pcr", "not-detected"))
    given_results(store, "id | test | at\no1 | airway-panel | 2020-01-03\no2 | airway-panel | 2020-01-03")
    rows = store.rows("cohort.micro_results", ["resource_id", "kind", "organism_name", "site"])
    assert rows == [("o1", "nucleic_acid", "Human respiratory syncytial virus", "upper_resp")]


def test_a_panel_with_negative_components_only_is_negative(store: Store) -> None:
    given_panel(store, ("rsv-pcr", "not-detected"), ("rsv-pcr", "not-detected"))
    given_results(store, "id | test | at\no1 | rsv-pcr | 2020-01-03")
    assert store.rows("cohort.micro_results", ["resource_id", "outcome"]) == [("o1", "negative")]


def test_a_component_without_value_or_of_another_test_says_nothing(store: Store) -> None:
    store.given(
        "stage.observation_component",
        f"""
        observation_id | component_number | system  | code             | value_system | value_code
        o1             | 1                | {LOINC} | {TESTS["blood"]} |              | null
        o1             | 2                | {LOINC} | 8480-6           | {SNOMED}     | {VALUES["positive"]}
        """,
    )
    assert store.rows("cohort.component_results", ["observation_id"]) == []
