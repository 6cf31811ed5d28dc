"""What a Condition means for infection: class, sites, role, and the days that it can lie on."""

import pytest

from tests.sql.conftest import Store
from tests.sql.results.given import given_conditions

RELATION = "cohort.coded_evidence"


def given_course(store: Store, day0_on: str = "2020-03-01") -> None:
    store.given("cohort.courses", f"patient_id | course_number | day0_on\np1 | 1 | {day0_on}")


def given_stay(store: Store, start_on: str, end_on: str = "2020-04-30") -> None:
    store.given("cohort.stays", f"patient_id | encounter_id | start_on | end_on\np1 | e1 | {start_on} | {end_on}")


def test_the_longest_prefix_of_the_same_system_wins(store: Store) -> None:
    given_conditions(
        store,
        """
        id | code        | onset
        c1 | A41.501     | 2020-03-02
        c2 | cm:T80.211A | 2020-03-02
        c3 | R65.2       | 2020-03-02
        c4 | cm:R65.2    | 2020-03-02
        c5 | K59.0       | 2020-03-02
        """,
    )
    assert store.rows(RELATION, ["resource_id", "role", "site", "second_site", "reason"]) == [
        ("c1", "event", "blood", None, None),
        ("c2", "event", "line_site", "blood", None),
        ("c3", "excluded", "unknown", None, "not_infectious"),
        ("c4", "severity", "blood", None, None),
    ]


def test_class_comes_from_the_organism_of_the_code_else_from_its_type(store: Store) -> None:
    given_conditions(
        store,
        """
        id | code     | onset
        c1 | J15.0    | 2020-03-02
        c2 | J18.9    | 2020-03-02
        c3 | A41.9    | 2020-03-02
        c4 | cm:A04.72 | 2020-03-02
        """,
    )
    columns = ["resource_id", "organism_name", "infection_class", "recurrence_group", "attaches"]
    assert store.rows(RELATION, columns) == [
        ("c1", "Klebsiella pneumoniae", "bacterial_gn", "bacteria", False),
        ("c2", None, "unknown", "no_organism", False),
        ("c3", None, "unknown", "no_organism", True),
        ("c4", "Clostridioides difficile", "bacterial_gp", "c_difficile", False),
    ]


def test_two_codings_of_a_condition_are_one_row_and_the_one_with_an_organism_decides(store: Store) -> None:
    given_conditions(store, "id | code | onset\nc1 | J18.9 | 2020-03-02\nc1 | cm:J15.0 | 2020-03-02")
    store.given("stage.condition", "condition_id | patient_id | onset_datetime\nc1 | p1 | 2020-03-02")
    assert store.rows(RELATION, ["resource_id", "code"]) == [("c1", "J15.0")]


def test_refuted_and_erroneous_conditions_are_no_evidence(store: Store) -> None:
    given_conditions(
        store,
        """
        id | code  | onset      | verified
        c1 | J18.9 | 2020-03-02 | refuted
        c2 | J18.9 | 2020-03-02 | differential
        c3 | J18.9 | 2020-03-02 | entered-in-error
        c4 | J18.9 | 2020-03-02 | unconfirmed
        c5 | J18.9 | 2020-03-02 |
        """,
    )
    assert [row[1] for row in store.rows(RELATION, ["resource_id", "reason"])] == [
        "refuted",
        "refuted",
        "status_dropped",
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("B18.1", "chronic_state"),
        ("Z22.3", "carrier"),
        ("B37.0", "oral_candida"),
        ("B94.8", "sequelae"),
        ("cm:R82.71", "asymptomatic_bacteriuria"),
        ("J69.0", "aspiration"),
    ],
)
def test_states_and_excluded_codes_keep_their_key(store: Store, code: str, reason: str) -> None:
    given_conditions(store, f"id | code | onset\nc1 | {code} | 2020-03-02")
    assert store.rows(RELATION, ["reason"]) == [(reason,)]


def dates(store: Store) -> list[tuple[object, ...]]:
    return store.rows(RELATION, ["from_on", "to_on", "onset_from_recorded", "undatable"])


def test_a_full_onset_is_the_date_also_long_before_it_was_recorded(store: Store) -> None:
    given_course(store)
    given_stay(store, "2020-02-20")
    given_conditions(store, "id | code | onset | recorded\nc1 | J18.9 | 2019-11-02 | 2020-02-21")
    assert dates(store) == [("2019-11-02", "2019-11-02", False, False)]


def test_recorded_day_25_of_a_stay_from_day_20_is_day_25(store: Store) -> None:
    given_course(store)
    given_stay(store, "2020-03-21")
    given_conditions(store, "id | code | recorded\nc1 | J18.9 | 2020-03-26")
    assert dates(store) == [("2020-03-26", "2020-03-26", True, False)]


def test_recorded_day_25_of_a_stay_from_day_9_is_the_interval(store: Store) -> None:
    given_course(store)
    given_stay(store, "2020-03-10")
    given_conditions(store, "id | code | recorded\nc1 | J18.9 | 2020-03-26")
    assert dates(store) == [("2020-03-10", "2020-03-26", False, False)]


def test_recorded_day_25_of_a_stay_from_day_minus_9_is_undatable(store: Store) -> None:
    given_course(store)
    given_stay(store, "2020-02-21")
    given_conditions(store, "id | code | recorded | encounter\nc1 | J18.9 | 2020-03-26 | e1")
    assert dates(store) == [("2020-02-21", "2020-03-26", False, True)]


@pytest.mark.parametrize(("start_on", "expected"), [("2020-03-19", "2020-03-26"), ("2020-03-18", "2020-03-18")])
def test_a_stay_of_seven_days_dates_and_one_of_eight_does_not(store: Store, start_on: str, expected: str) -> None:
    given_course(store)
    given_stay(store, start_on)
    given_conditions(store, "id | code | recorded\nc1 | J18.9 | 2020-03-26")
    assert dates(store)[0][0] == expected


def test_coded_after_discharge_is_the_interval_from_the_start_of_the_named_stay(store: Store) -> None:
    given_course(store)
    given_stay(store, "2020-03-21", "2020-03-24")
    given_conditions(store, "id | code | recorded | encounter\nc1 | J18.9 | 2020-03-26 | e1")
    assert dates(store) == [("2020-03-21", "2020-03-26", False, False)]


def test_a_partial_onset_is_an_interval_and_counts_inside_one_window(store: Store) -> None:
    given_course(store)
    given_conditions(
        store,
        """
        id | code  | onset
        c1 | J18.9 | 2020-03
        c2 | J18.9 | 2020-05
        c3 | J18.9 | 2020
        c4 | J18.9 | 2018
        """,
    )
    assert store.rows(RELATION, ["resource_id", "from_on", "to_on", "undatable"]) == [
        ("c1", "2020-03-01", "2020-03-31", False),
        ("c2", "2020-05-01", "2020-05-31", True),
        ("c3", "2020-01-01", "2020-12-31", True),
        ("c4", "2018-01-01", "2018-12-31", False),
    ]


def test_an_age_at_onset_is_an_interval(store: Store) -> None:
    given_course(store)
    store.given("stage.patient", "patient_id | birth_date\np1 | 1980-03-01")
    given_conditions(store, "id | code | age | age_unit\nc1 | J18.9 | 39 | a")
    assert dates(store) == [("2019-03-01", "2020-02-29", False, True)]


def test_an_onset_in_words_is_none(store: Store) -> None:
    given_course(store)
    given_stay(store, "2020-03-21")
    given_conditions(store, "id | code | said | recorded\nc1 | J18.9 | last week | 2020-03-22")
    assert dates(store) == [("2020-03-22", "2020-03-22", True, False)]


def test_without_a_stay_there_is_no_start_and_without_any_date_no_date(store: Store) -> None:
    given_course(store)
    given_conditions(store, "id | code | recorded\nc1 | J18.9 | 2020-03-22\nc2 | J18.9 |")
    assert store.rows(RELATION, ["resource_id", "from_on", "to_on", "undatable", "reason"]) == [
        ("c1", None, "2020-03-22", True, None),
        ("c2", None, None, True, "no_date"),
    ]


@pytest.mark.parametrize(("observed_on", "reason"), [("2020-03-05", None), ("2020-03-06", "fever_without_neutropenia")])
def test_neutropenic_fever_needs_neutrophils_within_three_days(store: Store, observed_on: str, reason: str) -> None:
    given_conditions(store, "id | code | onset\nc1 | cm:R50.81 | 2020-03-02")
    store.given("cohort.laboratory", f"patient_id | analyte | observed_on | value\np1 | anc | {observed_on} | 0.499999")
    assert store.rows(RELATION, ["needed_met", "reason"]) == [(reason is None, reason)]


def test_five_hundred_neutrophils_are_not_below_five_hundred(store: Store) -> None:
    given_conditions(store, "id | code | onset\nc1 | cm:R50.81 | 2020-03-02")
    store.given("cohort.laboratory", "patient_id | analyte | observed_on | value\np1 | anc | 2020-03-02 | 0.5")
    assert store.rows(RELATION, ["reason"]) == [("fever_without_neutropenia",)]


def test_a_neutropenia_code_meets_the_condition_unless_refuted(store: Store) -> None:
    given_conditions(
        store,
        """
        id | code      | onset      | patient | verified
        c1 | cm:R50.81 | 2020-03-02 | p1      |
        c2 | D70.x00   | 2020-03-05 | p1      |
        c3 | cm:R50.81 | 2020-03-02 | p2      |
        c4 | cm:D70.9  | 2020-03-02 | p2      | refuted
        """,
    )
    assert store.rows(RELATION, ["resource_id", "reason"]) == [("c1", None), ("c3", "fever_without_neutropenia")]


@pytest.mark.parametrize(("collected_on", "met"), [("2020-03-09", True), ("2020-03-10", False)])
def test_a_cold_code_needs_a_virus_of_the_airways_within_seven_days(store: Store, collected_on: str, met: bool) -> None:
    given_conditions(store, "id | code | onset\nc1 | J06.9 | 2020-03-02")
    store.given(
        "cohort.micro_results",
        f"""
        result_key | patient_id | collected_on   | outcome  | infection_class | site
        r1         | p1         | {collected_on} | positive | viral_resp      | upper_resp
        """,
    )
    assert store.rows(RELATION, ["needed_met", "reason"]) == [(met, None if met else "presumed_viral_urti")]


def test_an_abatement_counts_only_as_a_full_date(store: Store) -> None:
    given_conditions(
        store, "id | code | onset | abated\nc1 | J18.9 | 2020-03-02 | 2020-03-09\nc2 | J18.9 | 2020-03-02 | 2020-03"
    )
    assert store.rows(RELATION, ["resource_id", "abatement_on"]) == [("c1", "2020-03-09"), ("c2", None)]
