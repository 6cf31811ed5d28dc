"""Events that have rows of their own: C. difficile, what is listed only, and what the choice of day 0 moves."""

from tests.sql.conftest import Store

RATE = ["measure", "stratum", "window_name", "infection_class", "events", "person_days"]
COURSES = """
patient_id | course_number | in_cohort | day0_on    | last_infusion_on | follow_up_end_on
a          | 1             | true      | 2019-01-01 | 2019-01-25       | 2019-04-01
b          | 1             | true      | 2019-01-01 | 2019-01-01       | 2019-04-01
"""
STRATA = "patient_id | course_number | stratum_set | stratum\na | 1 | preexisting_infection | no\n"


def _rates(store: Store) -> dict[tuple[object, ...], tuple[object, ...]]:
    store.given("cohort.courses", COURSES)
    store.given("cohort.strata", STRATA + "b | 1 | preexisting_infection | yes")
    store.build("counts.person_outcomes")
    return {row[:4]: row[4:] for row in store.rows("counts.event_rates", RATE)}


def test_events_before_the_infusion_and_between_two_are_counted_once(store: Store) -> None:
    store.given(
        "cohort.counted_infections",
        """
        person_key | stratum | window_name | onset_day | before_infusion | is_severe | label
        1          | no      | early       | 0         | true            | false     | all
        1          | no      | early       | 0         | true            | false     | viral
        1          | no      | early       | 23        | false           | false     | all
        1          | no      | early       | 24        | false           | false     | all
        2          | yes     | early       | 0         | false           | false     | all
        2          | yes     | look_back   | -1        | false           | false     | all
        """,
    )
    rates = _rates(store)
    assert rates["infection_events_before_infusion", "no", "early", "all"] == (1, None)
    assert rates["infection_events_between_infusions", "no", "early_and_late", "all"] == (2, None)
    assert rates["infection_events_between_infusions", "yes", "early_and_late", "all"] == (0, None)
    assert rates["infection_events_between_infusions", "all", "early_and_late", "all"] == (2, None)
    assert rates["infection_density_day0_last", "no", "early", "all"] == (1, 31)
    assert rates["infection_density_day0_reset", "no", "early", "all"] == (3, 55)
    assert rates["weekly_infection_density", "no", "week_3", "all"][0] == 2


def test_c_difficile_counts_and_what_is_listed_does_not(store: Store) -> None:
    store.given(
        "cohort.episode_core",
        """
        patient_id | group_key | course_number | window_name | qualifies:BOOLEAN | not_counted_reason
        a          | e1        | 1             | early       | true              |
        a          | e2        | 1             | early       | true              | after_censoring
        a          | e3        | 1             | early       | true              |
        a          | e4        | 1             | early       | false             | fungal_candidate
        a          | e5        | 1             | early       | false             | fungal_candidate
        b          | e6        | 1             |             | false             | dnaemia_not_treated
        b          | e7        | 1             | late        | false             | contaminant
        """,
    )
    store.given(
        "cohort.episode_labels",
        "patient_id | group_key | organism_codes:VARCHAR[]\n"
        "a | e1 | [5933001]\na | e2 | [5933001]\na | e3 | [112283007]",
    )
    rates = _rates(store)
    assert rates["infection_events", "no", "early", "c_difficile"] == (1, None)
    assert rates["infection_events", "all", "late", "c_difficile"] == (0, None)
    assert rates["listed_events", "no", "early", "fungal_candidate"] == (2, None)
    assert {row[0] for key, row in rates.items() if key[3] == "dnaemia_not_treated"} == {0}


def test_every_row_is_there_with_nobody(store: Store) -> None:
    rates = {row[:4]: row[4:] for row in store.rows("counts.event_rates", RATE)}
    assert len(rates) == 4 * (18 + 2 + 3 * 4 + 2)
    assert set(rates.values()) == {(0, 0), (0, None)}
