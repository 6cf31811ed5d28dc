"""Patients, events and days at risk by stratum, window and class."""

from tests.sql.conftest import Store

CELL = ["stratum", "window_name", "infection_class", "patients", "events", "person_days", "at_risk", "infection_deaths"]


def _cells(store: Store) -> dict[tuple[object, ...], tuple[object, ...]]:
    return {row[:3]: row[3:] for row in store.rows("counts.infections", CELL)}


def _given(store: Store) -> None:
    store.given(
        "cohort.courses",
        """
        patient_id | course_number | in_cohort | day0_on    | follow_up_end_on
        a          | 1             | true      | 2019-01-01 | 2019-04-01
        b          | 1             | true      | 2019-01-01 | 2019-01-11
        c          | 1             | true      | 2019-01-01 | 2019-04-01
        out        | 1             | false     | 2019-01-01 | 2019-04-01
        """,
    )
    store.given(
        "cohort.strata",
        """
        patient_id | course_number | stratum_set                | stratum
        a          | 1             | preexisting_infection      | no
        a          | 1             | preexisting_infection_fuo  | yes
        b          | 1             | preexisting_infection      | no
        c          | 1             | preexisting_infection      | yes
        """,
    )
    store.given(
        "cohort.person_time",
        """
        patient_id | course_number | window_name | days
        a          | 1             | early       | 31
        a          | 1             | late        | 60
        b          | 1             | early       | 11
        c          | 1             | early       | 31
        out        | 1             | early       | 31
        """,
    )
    store.given(
        "cohort.episodes",
        """
        episode_id | patient_id | course_number | window_name | onset_day | counted | headline_label | severity_grade
        e1         | a          | 1             | early       | 5         | true    | bacterial      | 2
        e2         | a          | 1             | early       | 30        | true    | fungal         | 3
        e3         | b          | 1             | early       | 10        | true    | viral          |
        e4         | b          | 1             | early       | 11        | false   | bacterial      | 3
        e5         | out        | 1             | early       | 3         | true    | bacterial      | 3
        """,
    )
    store.given("cohort.deaths", "patient_id | died_on | is_dead\nb | 2019-01-11 | true\nout | 2019-01-11 | true")
    store.given("cohort.death_causes", "patient_id | death_cause\nb | infection\nout | infection")
    store.build("counts.person_outcomes")


def test_patients_and_events_are_counted_over_days_at_risk(store: Store) -> None:
    _given(store)
    cells = _cells(store)
    assert cells["no", "early", "all"] == (2, 3, 42, 2, 1)
    assert cells["no", "late", "all"] == (0, 0, 60, 1, 0)
    assert cells["yes", "early", "all"] == (0, 0, 31, 1, 0)
    assert cells["all", "early", "all"] == (2, 3, 73, 3, 1)


def test_an_event_is_severe_from_grade_3_on_and_only_if_it_is_counted(store: Store) -> None:
    _given(store)
    severe = {row[:3]: row[3] for row in store.rows("counts.infections", [*CELL[:3], "severe_events"])}
    assert {key: number for key, number in severe.items() if number} == {
        ("no", "early", "all"): 1,
        ("no", "early", "fungal"): 1,
        ("all", "early", "all"): 1,
        ("all", "early", "fungal"): 1,
    }


def test_an_episode_of_two_classes_stands_under_its_headline_label_once(store: Store) -> None:
    _given(store)
    cells = _cells(store)
    assert cells["no", "early", "bacterial"] == (1, 1, 42, 2, 0)
    assert cells["no", "early", "fungal"] == (1, 1, 42, 2, 0)
    assert cells["no", "early", "viral"] == (1, 1, 42, 2, 1)
    assert sum(row[1] for key, row in cells.items() if key[:2] == ("no", "early") and key[2] != "all") == 3


def test_every_stratum_window_and_class_has_its_row_with_nobody_in_it(store: Store) -> None:
    cells = _cells(store)
    assert len(cells) == 4 * 3 * 7
    assert set(cells.values()) == {(0, 0, 0, 0, 0)}
