"""The mean cumulative count of the weekly figures is the one that agrees with R, and its limits can be repeated."""

import pandas as pd
import pytest

from metrics.mean_count_rows import DRAWS, METHOD, SEED, mean_count_curve, mean_count_rows
from metrics.mean_counts import mean_cumulative_counts

COLUMNS = ["person_key", "stratum", "last_day", "has_died", "onset_day", "events"]
ROWS = [
    (1, "no", 40, False, 4, 2),
    (1, "no", 40, False, 9, 1),
    (2, "no", 9, True, 9, 1),
    (3, "no", 20, False, None, 0),
    (4, "no", 40, False, 30, 1),
    (5, "yes", 40, False, None, 0),
    (6, "no", 6, True, None, 0),
]


def persons(rows: list[tuple[object, ...]] = ROWS) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS)


def spans(frame: pd.DataFrame) -> pd.DataFrame:
    """The same people as spans; two infections of one day share a moment, which spans cannot say."""
    rows = []
    for key, group in frame.groupby("person_key"):
        start, last, died = 0, int(group["last_day"].iloc[0]) + 1, bool(group["has_died"].iloc[0])
        onsets = sorted(int(day) + 1 for day in group["onset_day"].dropna())
        for moment in onsets:
            rows.append((key, start, moment, 1, int(died and moment == last)))
            start = moment
        if start < last:
            rows.append((key, start, last, 0, int(died)))
    return pd.DataFrame(rows, columns=["id", "start", "stop", "event", "died"])


def test_the_mean_count_is_that_of_the_function_that_agrees_with_r():
    single = persons([row if row[5] != 2 else (*row[:5], 1) for row in ROWS])
    curve = mean_count_curve(single, last_day=40)
    wanted = mean_cumulative_counts(spans(single), read_at=[day + 1 for day in range(41)])
    assert list(curve.values) == pytest.approx([read.ghosh_lin for read in wanted], abs=1e-12)
    assert list(curve.at_risk) == [read.at_risk for read in wanted]


def test_two_infections_of_one_day_both_count():
    assert mean_count_curve(persons(ROWS[:2]), last_day=9).values[4] == 2.0
    assert mean_count_curve(persons(ROWS[:2]), last_day=9).events == (0, 0, 0, 0, 2, 2, 2, 2, 2, 3)


def test_the_same_people_in_any_order_give_the_same_limits():
    straight = mean_count_curve(persons(), last_day=40)
    assert straight == mean_count_curve(persons(ROWS[::-1]), last_day=40)
    assert straight.lower[40] < straight.values[40] < straight.upper[40]
    assert str(SEED) in METHOD
    assert str(DRAWS) in METHOD


def test_the_limits_narrow_when_there_are_more_people_of_the_same_kind():
    few = mean_count_curve(persons(), last_day=40)
    rows = [(row[0] + 10 * copy, *row[1:]) for copy in range(9) for row in ROWS]
    many = mean_count_curve(persons(rows), last_day=40)
    assert many.values == pytest.approx(few.values)
    assert many.upper[40] - many.lower[40] < (few.upper[40] - few.lower[40]) / 2


def test_without_infections_or_without_people_there_are_no_limits():
    quiet = mean_count_curve(persons(ROWS[5:]), last_day=40)
    assert (quiet.values[40], quiet.lower, quiet.upper) == (0.0, None, None)
    estimates, points = mean_count_rows(
        persons(), strata=["all", "unknown"], read_days={"early": 30, "late": 90}, status="final", level=0.95,
        provisional=frozenset({("all", "late")}),
    )  # fmt: skip
    found = {(row["stratum"], row["window_name"]): row for row in estimates}
    assert (found["all", "early"]["numerator"], found["all", "early"]["status"]) == (5, "final")
    assert found["all", "late"]["note"] == "through day 90; nobody at risk on that day"
    assert "value" not in found["all", "late"]
    assert found["all", "late"]["status"] == "provisional"
    assert found["unknown", "early"]["note"] == "through day 30; no patients"
    assert {row["stratum"] for row in points} == {"all"}
    assert max(row["day"] for row in points) == 40
