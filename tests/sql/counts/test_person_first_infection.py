"""First infection with death competing: one row per person and class."""

from tests.sql.conftest import Store

FIRST = ["person_key", "infection_class", "last_day", "cause"]


def test_the_first_of_infection_death_and_end_of_follow_up(store: Store) -> None:
    store.given(
        "counts.person_outcomes",
        """
        person_key | stratum | last_day | died_day
        1          | no      | 90       |
        2          | no      | 20       | 20
        3          | no      | 10       | 10
        4          | no      | 90       |
        5          | no      | -1       |
        """,
    )
    store.given(
        "cohort.counted_infections",
        """
        person_key | label     | onset_day | window_name
        1          | all       | 30        | early
        1          | bacterial | 30        | early
        1          | all       | 12        | early
        1          | viral     | 12        | early
        3          | all       | 10        | early
        4          | all       | -5        | look_back
        """,
    )
    rows = store.rows("counts.person_first_infection", FIRST)
    assert [row for row in rows if row[1] == "all"] == [
        (1, "all", 12, 1),
        (2, "all", 20, 2),
        (3, "all", 10, 1),
        (4, "all", 90, 0),
    ]
    assert (1, "bacterial", 30, 1) in rows
    assert (1, "fungal", 90, 0) in rows
    assert (3, "viral", 10, 2) in rows


def test_nobody_gives_no_rows(store: Store) -> None:
    assert store.rows("counts.person_first_infection", FIRST) == []
