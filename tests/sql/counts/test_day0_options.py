"""Other choices of day 0: the last infusion of the course, and a clock that starts again."""

from tests.sql.conftest import Store

OPTION = ["day0_option", "person_key", "events", "person_days", "is_complete", "is_over"]


def _options(store: Store, courses: str, infections: str = "", contacts: str = "") -> dict[object, object]:
    """Courses are `patient | last infusion | follow-up end`; everybody's day 0 is 2019-01-01."""
    rows = [[cell.strip() for cell in line.split("|")] for line in courses.strip().splitlines()]
    store.given(
        "cohort.courses",
        "patient_id | course_number | in_cohort | day0_on | last_infusion_on | follow_up_end_on\n"
        + "\n".join(f"{name} | 1 | true | 2019-01-01 | {last} | {end}" for name, last, end in rows),
    )
    store.given("cohort.counted_infections", "person_key | label | onset_day\n" + infections)
    store.given("cohort.record_days", "patient_id | last_contact_on\n" + contacts)
    return {row[:2]: row[2:] for row in store.rows("counts.day0_options", OPTION)}


def test_one_infusion_is_the_same_day_0_by_every_choice(store: Store) -> None:
    found = _options(store, "a | 2019-01-01 | 2019-04-01", "1 | all | 0\n1 | all | 30\n1 | all | 31\n1 | viral | 3")
    assert found["last", 1][:2] == found["reset", 1][:2] == (2, 31)


def test_from_the_last_infusion_what_came_before_it_is_dropped_and_a_reset_clock_keeps_it(store: Store) -> None:
    infections = "1 | all | 5\n1 | all | 23\n1 | all | 24\n1 | all | 54\n1 | all | 55"
    found = _options(store, "a | 2019-01-25 | 2019-04-01", infections)
    assert found["last", 1][:2] == (2, 31)
    assert found["reset", 1][:2] == (4, 24 + 31)


def test_between_two_clocks_nothing_is_at_risk(store: Store) -> None:
    infections = "1 | all | 30\n1 | all | 31\n1 | all | 59\n1 | all | 60"
    found = _options(store, "a | 2019-03-02 | 2019-04-01", infections)
    assert found["reset", 1][:2] == (2, 31 + 31)


def test_the_days_end_with_the_follow_up_and_are_never_negative(store: Store) -> None:
    found = _options(store, "a | 2019-01-25 | 2019-01-10", "1 | all | 9")
    assert found["last", 1][:2] == (0, 0)
    assert found["reset", 1][:2] == (1, 10)


def test_completeness_counts_from_the_last_infusion(store: Store) -> None:
    store.run(data_date="2019-02-24")
    store.given("cohort.deaths", "patient_id | died_on | is_dead\nd | 2019-02-01 | true")
    found = _options(
        store,
        "a | 2019-01-25 | 2019-02-24\nb | 2019-01-25 | 2019-02-23\nc | 2019-01-26 | 2019-02-24\n"
        "d | 2019-01-25 | 2019-02-01\ne | 2019-01-25 | 2019-02-01",
        "5 | all | 24",
        "a | 2019-02-24\nb | 2019-02-23\nc | 2019-02-24\ne | 2019-02-01",
    )
    assert {key[1]: row[2:] for key, row in found.items() if key[0] == "last"} == {
        1: (True, True),
        2: (False, True),
        3: (False, False),
        4: (True, True),
        5: (True, True),
    }
