"""Which issues the shareable edition may show: the recorded line of weekly issues, without hindsight."""

from __future__ import annotations

import pandas as pd

from flows.releasing import issues_before, may_release

COLUMNS = ["run_id", "previous_run_id", "flow", "protocol", "data_date", "as_of"]


def runs(*rows):
    frame = pd.DataFrame([[row[0], row[1], row[2], "car-t", *row[3:]] for row in rows], columns=COLUMNS)
    return frame.assign(data_date=pd.to_datetime(frame["data_date"]), as_of=pd.to_datetime(frame["as_of"], utc=True))


ISSUED = runs(
    ("a", None, "weekly", "2018-07-15", "2018-07-16"),
    ("b", "a", "weekly", "2018-07-22", "2018-07-23"),
    ("c", "b", "weekly", "2018-07-29", "2018-07-30"),
    ("late", "a", "backfill", "2018-07-22", "2018-07-31"),
    ("again", "b", "weekly", "2018-07-22", "2018-08-01"),
)


def row(run_id):
    [found] = ISSUED[ISSUED["run_id"] == run_id].to_dict("records")
    return found


def test_the_line_is_the_one_that_was_recorded_oldest_first():
    assert [found["run_id"] for found in issues_before(ISSUED, "c")] == ["a", "b", "c"]
    assert [found["run_id"] for found in issues_before(ISSUED, "a")] == ["a"]


def test_a_weekly_issue_may_release():
    assert all(may_release(row(run_id), ISSUED) for run_id in ("a", "b", "c"))


def test_a_week_built_in_hindsight_may_not():
    assert not may_release(row("late"), ISSUED)


def test_an_old_week_issued_again_after_a_newer_one_may_not():
    assert not may_release(row("again"), ISSUED)


def test_a_newer_week_of_another_protocol_does_not_count():
    other = ISSUED.assign(protocol=["car-t", "car-t", "other", "car-t", "car-t"])
    assert may_release(other.to_dict("records")[4], other)


def test_a_circle_in_the_record_ends():
    circle = runs(("a", "b", "weekly", "2018-07-15", "2018-07-16"), ("b", "a", "weekly", "2018-07-22", "2018-07-23"))
    assert [found["run_id"] for found in issues_before(circle, "b")] == ["a", "b"]
