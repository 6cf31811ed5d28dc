"""The numbers of the first line of a week, by hand."""

import pytest

from tests.sql.conftest import Store

# The data date is Sunday 2020-01-05; its ISO week begins on Monday 2019-12-30.
MEMBERS = """
    patient_id | course_number | in_cohort | day0_on    | follow_up_end_on
    today      | 1             | true      | 2020-01-05 | 2020-01-05
    day30      | 1             | true      | 2019-12-06 | 2019-12-10
    day31      | 1             | true      | 2019-12-05 | 2020-01-05
    day90      | 1             | true      | 2019-10-07 | 2020-01-05
    day91      | 1             | true      | 2019-10-06 | 2020-01-04
    died       | 1             | true      | 2020-01-01 | 2020-01-02
    undated    | 1             | true      | 2020-01-01 | 2020-01-02
    dead       | 1             | true      | 2019-12-20 | 2019-12-29
    stranger   | 1             | false     | 2020-01-01 | 2020-01-05
"""


@pytest.fixture
def counted(store: Store) -> dict[tuple[object, object], object]:
    store.given("cohort.courses", MEMBERS)
    store.given(
        "cohort.deaths",
        "patient_id | died_on | is_dead\ndied | 2020-01-02 | true\nundated | null | true\ndead | 2019-12-29 | true\n"
        "stranger | 2020-01-02 | true",
    )
    store.given(
        "cohort.infusions",
        "patient_id | infused_on\ntoday | 2020-01-05\ndied | 2020-01-01\ndied | 2019-12-30\ndead | 2019-12-29\n"
        "today | 2020-01-06\nstranger | 2020-01-01",
    )
    rows = store.rows("counts.first_screen", ["measure", "window_name", "numerator"])
    return {(measure, window): numerator for measure, window, numerator in rows}


@pytest.mark.parametrize(
    ("measure", "window", "expected"),
    [
        # Followed to the data date or not, a living patient is on the day that it is.
        ("week_patients", "early", 2),
        ("week_patients", "late", 2),
        ("week_infusions", None, 3),
        # A death without a day is of no week, and who died is on no day.
        ("week_deaths", None, 1),
        ("week_cases_to_adjudicate", None, 0),
    ],
)
def test_the_first_line_counts(counted, measure: str, window: str | None, expected: int) -> None:
    assert counted[measure, window] == expected


def test_no_patient_still_gives_every_number(store: Store) -> None:
    rows = store.rows("counts.first_screen", ["measure", "window_name", "numerator"])
    assert [numerator for *_, numerator in rows] == [0, 0, 0, 0, 0]
