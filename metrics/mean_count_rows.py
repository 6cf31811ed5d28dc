"""Mean cumulative count of infections by stratum: rows of ``published.curves`` and, at window ends, of estimates.

The value is Ghosh and Lin's: the mean number of infections a patient has had by the end of a day, death included
(:mod:`metrics.mean_counts` has the same number from spans, checked against R). Limits are percentiles of a bootstrap
over patients: whole patients are drawn, so that several infections of one patient stay together (statistics.md 4a).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.estimate_rows import row_status
from metrics.figure_order import STRATA, Row
from metrics.requirements import require_level

MEASURE = "mean_cumulative_count"
SEED = 20180720
DRAWS = 1000
METHOD = f"Ghosh-Lin; percentile bootstrap over patients, {DRAWS} draws, seed {SEED}"
Counts = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MeanCountCurve:
    """By day 0, 1, ...: patients at risk, infections so far, mean count, limits; no limits without any infection."""

    patients: int
    at_risk: tuple[int, ...]
    events: tuple[int, ...]
    values: tuple[float, ...]
    lower: tuple[float, ...] | None
    upper: tuple[float, ...] | None


@dataclass(frozen=True)
class _PersonDays:
    """One row per person, one column per day: at risk, infections, death."""

    at_risk: Counts
    events: Counts
    deaths: Counts


def mean_count_curve(persons: pd.DataFrame, *, last_day: int, level: float = 0.95) -> MeanCountCurve:
    """The mean count through day 0 .. ``last_day`` of the rows of ``counts.person_infections``.

    The same rows in any order give the same numbers. Without infections there are no limits: a bootstrap of zeros
    says nothing. No patients: empty tuples.

    Raises:
        LevelRejected: level is outside (0, 1).

    >>> persons = pd.DataFrame({"person_key": [1, 2], "last_day": [9, 9], "has_died": [False, False],
    ...                         "onset_day": [4, None], "events": [1, 0]})
    >>> mean_count_curve(persons, last_day=5).values
    (0.0, 0.0, 0.0, 0.0, 0.5, 0.5)
    """
    tail = require_level(level) / 2
    days = _person_days(persons, last_day)
    patients = len(days.at_risk)
    if not patients:
        return MeanCountCurve(0, (), (), (), None, None)
    once = np.ones((1, patients), dtype=np.int64)
    lower: tuple[float, ...] | None = None
    upper: tuple[float, ...] | None = None
    if days.events.any():
        spread = np.quantile(_mean_counts(_draws(patients), days), [tail, 1.0 - tail], axis=0, method="linear")
        lower, upper = tuple(spread[0].tolist()), tuple(spread[1].tolist())
    return MeanCountCurve(
        patients=patients,
        at_risk=tuple(days.at_risk.sum(axis=0).tolist()),
        events=tuple(days.events.sum(axis=0).cumsum().tolist()),
        values=tuple(_mean_counts(once, days)[0].tolist()),
        lower=lower,
        upper=upper,
    )


def mean_count_rows(
    persons: pd.DataFrame, *, strata: Sequence[str], read_days: Mapping[str, int], status: str, level: float,
    provisional: frozenset[tuple[str, str]],
) -> tuple[list[Row], list[Row]]:  # fmt: skip
    """Rows of estimates, read at the last day of each window, and rows of curves.

    >>> persons = pd.DataFrame({"person_key": [1], "stratum": ["no"], "last_day": [40], "has_died": [False],
    ...                         "onset_day": [4], "events": [2]})
    >>> estimates, points = mean_count_rows(persons, strata=["no"], read_days={"early": 30}, status="final",
    ...                                     level=0.95, provisional=frozenset())
    >>> estimates[0]["value"], estimates[0]["note"], len(points)
    (2.0, 'through day 30; 1 at risk', 31)
    """
    estimates: list[Row] = []
    points: list[Row] = []
    for stratum in strata:
        chosen = persons if stratum == STRATA[0] else persons[persons["stratum"] == stratum]
        curve = mean_count_curve(chosen, last_day=max(read_days.values()), level=level)
        key: Row = {"measure": MEASURE, "stratum": stratum, "infection_class": "all"}
        points += [{**key, **_point(curve, day)} for day, at_risk in enumerate(curve.at_risk) if at_risk]
        for window, day in read_days.items():
            state = row_status(status, provisional=(stratum, window) in provisional)
            estimates.append({**key, **_read(curve, day), "window_name": window, "status": state, "level": level})
    return estimates, points


def _point(curve: MeanCountCurve, day: int) -> Row:
    return {
        "day": day,
        "at_risk": curve.at_risk[day],
        "value": curve.values[day],
        "lower": None if curve.lower is None else curve.lower[day],
        "upper": None if curve.upper is None else curve.upper[day],
    }


def _read(curve: MeanCountCurve, day: int) -> Row:
    cells: Row = {"denominator": curve.patients, "denominator_unit": "patients", "method": METHOD}
    if not curve.patients:
        return {**cells, "numerator": 0, "note": f"through day {day}; no patients"}
    point = _point(curve, day)
    at_risk = point.pop("at_risk")
    del point["day"]
    cells["numerator"] = curve.events[day]
    if not at_risk:
        return {**cells, "note": f"through day {day}; nobody at risk on that day"}
    return {**cells, **point, "note": f"through day {day}; {at_risk} at risk"}


def _person_days(persons: pd.DataFrame, last_day: int) -> _PersonDays:
    ordered = persons.sort_values(["person_key", "onset_day"], kind="stable")
    once = ordered.drop_duplicates("person_key")
    place = {key: at for at, key in enumerate(once["person_key"].tolist())}
    ends = once["last_day"].to_numpy(dtype=np.int64)
    days = np.arange(last_day + 1, dtype=np.int64)
    died = once["has_died"].to_numpy(dtype=bool)
    events = np.zeros((len(once), last_day + 1), dtype=np.int64)
    known = ordered[ordered["onset_day"].notna() & (ordered["onset_day"] <= last_day)]
    for key, day, number in zip(known["person_key"], known["onset_day"], known["events"], strict=True):
        events[place[key], int(day)] += int(number)
    return _PersonDays(
        at_risk=(ends[:, None] >= days[None, :]).astype(np.int64),
        events=events,
        deaths=((ends[:, None] == days[None, :]) & died[:, None]).astype(np.int64),
    )


def _mean_counts(weights: Counts, days: _PersonDays) -> Reals:
    """Ghosh-Lin by day for each row of weights: how often each person was drawn. Sums of whole numbers are exact."""
    at_risk = (weights @ days.at_risk).astype(np.float64)
    present = np.maximum(at_risk, 1.0)
    rates = (weights @ days.events) / present
    survival = np.cumprod(1.0 - (weights @ days.deaths) / present, axis=1)
    before = np.hstack([np.ones((len(weights), 1)), survival[:, :-1]])
    return np.asarray(np.cumsum(before * rates, axis=1), dtype=np.float64)


def _draws(patients: int) -> Counts:
    # RandomState's stream is frozen by numpy for good; that of a Generator may change with a release.
    picked = np.random.RandomState(SEED).randint(0, patients, size=(DRAWS, patients))
    weights = np.zeros((DRAWS, patients), dtype=np.int64)
    np.add.at(weights, (np.arange(DRAWS)[:, None], picked), 1)
    return weights
