"""Characteristics of the table of patients: missing is missing."""

from tests.sql.conftest import Store

ITEM = ["characteristic", "person_key", "level", "value_number"]


def _items(store: Store) -> dict[tuple[object, ...], tuple[object, ...]]:
    store.given(
        "cohort.courses",
        """
        patient_id | course_number | in_cohort | day0_on    | last_infusion_on | follow_up_end_on | products | infusions
        a          | 1             | true      | 2019-01-10 | 2019-01-11       | 2019-04-10       | cd19     | 2
        b          | 1             | true      | 2019-01-10 | 2019-01-10       | 2019-01-20       |          | 1
        """,
    )
    store.given(
        "cohort.covariates",
        """
        patient_id | course_number | name                   | value | value_number | status
        a          | 1             | age_years              | 7     | 7            | known
        b          | 1             | age_years              | 7-8   |              | inferred
        a          | 1             | bridging_other_than_fc | yes   | 1            | inferred
        b          | 1             | bridging_other_than_fc |       |              | unknown
        a          | 1             | crs_grade              | 3     | 3            | known
        """,
    )
    store.given("cohort.drug_source", "patient_id | drug_source | is_complete\na | request | true")
    store.given(
        "cohort.drug_days",
        """
        patient_id | drug_on    | drug_class | intrathecal
        a          | 2019-02-09 | steroid    | false
        a          | 2019-02-10 | gcsf       | false
        a          | 2019-01-12 | ivig       | true
        b          | 2019-01-12 | steroid    | false
        """,
    )
    store.given(
        "cohort.laboratory",
        """
        patient_id | analyte | observed_on | value | resource_id
        a          | anc     | 2018-12-11  | 0.49  | r1
        a          | anc     | 2019-01-09  | 0.5   | r2
        a          | anc     | 2019-01-10  | 0.1   | r3
        """,
    )
    store.given("cohort.deaths", "patient_id | died_on | is_dead\nb | 2019-01-20 | true")
    store.build("counts.person_outcomes")
    return {row[:2]: row[2:] for row in store.rows("counts.person_baseline", ITEM)}


def test_a_covariate_that_is_not_known_is_missing(store: Store) -> None:
    items = _items(store)
    assert (items["age_years", 1], items["age_years", 2]) == ((None, "7"), (None, None))
    assert (items["bridging_other_than_fc", 1], items["bridging_other_than_fc", 2]) == (("yes", None), (None, None))
    assert (items["crs_grade", 1], items["crs_grade", 2]) == (("3", None), (None, None))
    assert (items["infusions", 1], items["products", 2]) == (("2", None), (None, None))


def test_drugs_count_on_day_0_to_30_and_are_unknown_without_a_feed(store: Store) -> None:
    items = _items(store)
    assert {name: items[name, 1][0] for name in ("steroid", "gcsf", "ivig")} == {
        "steroid": "yes",
        "gcsf": "no",
        "ivig": "no",
    }
    assert items["steroid", 2] == (None, None)


def test_days_of_neutropenia_are_days_measured_in_the_look_back(store: Store) -> None:
    items = _items(store)
    assert (items["neutropenic_days", 1], items["neutropenic_days", 2]) == ((None, "1"), (None, None))
    assert (items["anc", 1], items["anc", 2]) == ((None, "0.5"), (None, None))
    assert (items["died", 1], items["died", 2]) == (("no", None), ("yes", None))


def test_every_member_has_every_characteristic_once(store: Store) -> None:
    assert len(_items(store)) == 2 * 29 == len(store.rows("counts.person_baseline", ITEM))
