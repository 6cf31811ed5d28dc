"""Days with counted infections of each person, for the mean cumulative count."""

from tests.sql.conftest import Store

DAY = ["person_key", "stratum", "last_day", "has_died", "onset_day", "events"]


def test_each_person_has_its_days_and_who_was_never_infected_has_one_row(store: Store) -> None:
    store.given(
        "counts.person_outcomes",
        "person_key | stratum | last_day | died_day\n1 | no | 90 |\n2 | yes | 12 | 12\n3 | no | -1 |\n4 | no | 0 |",
    )
    store.given(
        "cohort.counted_infections",
        """
        person_key | label     | onset_day
        1          | all       | -3
        1          | all       | 4
        1          | all       | 4
        1          | bacterial | 4
        1          | all       | 60
        2          | all       | 12
        """,
    )
    assert store.rows("counts.person_infections", DAY) == [
        (1, "no", 90, False, 4, 2),
        (1, "no", 90, False, 60, 1),
        (2, "yes", 12, True, 12, 1),
        (4, "no", 0, False, None, 0),
    ]


def test_only_infections_before_day_0_leave_a_row_without_a_day(store: Store) -> None:
    store.given("counts.person_outcomes", "person_key | stratum | last_day | died_day\n1 | no | 90 |")
    store.given("cohort.counted_infections", "person_key | label | onset_day\n1 | all | -3")
    assert store.rows("counts.person_infections", DAY) == [(1, "no", 90, False, None, 0)]
