"""Events and days at risk by week after infusion."""

from tests.sql.conftest import Store

WEEK = ["stratum", "week", "events", "person_days", "is_partial", "provisional"]


def _weeks(store: Store) -> dict[tuple[object, ...], tuple[object, ...]]:
    return {row[:2]: row[2:] for row in store.rows("counts.weekly_infections", WEEK)}


def _given(store: Store, infections: str) -> None:
    store.run(data_date="2019-01-20")
    store.given(
        "cohort.cohort_members",
        "person_key:INTEGER | patient_id | course_number | day0_on | follow_up_end_on | stratum\n"
        "1 | a | 1 | 2019-01-01 | 2019-01-20 | no\n2 | b | 1 | 2018-09-01 | 2018-11-30 | yes",
    )
    store.given(
        "cohort.person_time",
        """
        patient_id | course_number | window_name | start_on   | end_on
        a          | 1             | look_back   | 2018-12-20 | 2018-12-31
        a          | 1             | early       | 2019-01-01 | 2019-01-20
        b          | 1             | look_back   | 2018-08-02 | 2018-08-31
        b          | 1             | early       | 2018-09-01 | 2018-10-01
        b          | 1             | late        | 2018-10-02 | 2018-11-30
        """,
    )
    store.given("counts.strata", "stratum | person_key:INTEGER\nno | 1\nyes | 2\nunknown | \nall | 1\nall | 2")
    store.given("cohort.counted_infections", "person_key | label | onset_day\n" + infections)


def test_day_minus_1_is_in_week_minus_1_and_day_7_in_week_1(store: Store) -> None:
    _given(store, "1 | all | -1\n1 | all | 0\n1 | all | 6\n1 | all | 7\n1 | bacterial | 7\n2 | all | 90\n2 | all | -30")
    weeks = _weeks(store)
    assert {key[1]: row[0] for key, row in weeks.items() if key[0] == "no" and row[0]} == {-1: 1, 0: 2, 1: 1}
    assert {key[1]: row[0] for key, row in weeks.items() if key[0] == "yes" and row[0]} == {-5: 1, 12: 1}
    assert weeks["all", 0][0] == 2


def test_the_days_at_risk_of_a_week_add_up_over_windows_and_end_with_the_follow_up(store: Store) -> None:
    _given(store, "1 | all | 0")
    weeks = _weeks(store)
    days = {key[1]: row[1] for key, row in weeks.items() if key[0] == "no" and row[1]}
    assert days == {-2: 5, -1: 7, 0: 7, 1: 7, 2: 6}
    whole = {key[1]: row[1] for key, row in weeks.items() if key[0] == "yes"}
    assert whole == {-5: 2, **dict.fromkeys(range(-4, 13), 7)}
    assert weeks["all", 2][1] == 13


def test_a_week_is_partial_by_the_windows_and_provisional_until_it_is_over_for_everybody(store: Store) -> None:
    _given(store, "1 | all | 0")
    weeks = _weeks(store)
    assert {key[1] for key, row in weeks.items() if row[2]} == {-5}
    assert {key[1] for key, row in weeks.items() if key[0] == "no" and row[3]} == set(range(2, 13))
    assert not any(row[3] for key, row in weeks.items() if key[0] == "yes")


def test_every_stratum_has_every_week_with_nobody_in_it(store: Store) -> None:
    weeks = _weeks(store)
    assert len(weeks) == 4 * 18
    assert {row[:2] for row in weeks.values()} == {(0, 0)}
    assert not any(row[3] for row in weeks.values())
