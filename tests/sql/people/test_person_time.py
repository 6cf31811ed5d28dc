"""Days at risk: whole days, both ends count."""

import pytest

from tests.sql.conftest import Store

TIME = ["window_name", "start_on", "end_on", "days", "end_reason"]


def _time(store: Store, end: str, reason: str, first: str = "2018-06-01") -> list[tuple[object, ...]]:
    store.given(
        "cohort.courses",
        f"""
        patient_id | course_number | day0_on    | follow_up_end_on | follow_up_end_reason
        p1         | 1             | 2019-01-01 | {end}            | {reason}
        p2         | 1             |            |                  |
        """,
    )
    store.given("cohort.record_days", f"patient_id | first_record_on\np1 | {first}")
    return store.rows("cohort.person_time", TIME)


def test_a_whole_course_has_thirty_thirty_one_and_sixty_days(store: Store) -> None:
    assert _time(store, "2019-04-01", "protocol_end") == [
        ("early", "2019-01-01", "2019-01-31", 31, "window_end"),
        ("late", "2019-02-01", "2019-04-01", 60, "window_end"),
        ("look_back", "2018-12-02", "2018-12-31", 30, "window_end"),
    ]


def test_the_day_of_death_counts_and_no_later_window_has_a_row(store: Store) -> None:
    assert _time(store, "2019-01-15", "death") == [
        ("early", "2019-01-01", "2019-01-15", 15, "death"),
        ("look_back", "2018-12-02", "2018-12-31", 30, "window_end"),
    ]


@pytest.mark.parametrize(("end", "days"), [("2019-01-31", None), ("2019-02-01", 1)])
def test_a_stop_on_day_30_leaves_no_late_day_and_on_day_31_one(store: Store, end: str, days: int | None) -> None:
    late = [row[3] for row in _time(store, end, "death") if row[0] == "late"]
    assert late == ([] if days is None else [days])


def test_a_look_back_starts_with_the_first_record(store: Store) -> None:
    rows = _time(store, "2019-04-01", "protocol_end", first="2018-12-20")
    assert rows[-1] == ("look_back", "2018-12-20", "2018-12-31", 12, "window_end")


def test_a_patient_first_seen_on_day_0_has_no_look_back(store: Store) -> None:
    rows = _time(store, "2019-04-01", "protocol_end", first="2019-01-01")
    assert [row[0] for row in rows] == ["early", "late"]
