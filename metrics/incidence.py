"""Cumulative incidence of the first event with a competing one: Aalen-Johansen, never 1 - Kaplan-Meier.

Time scale (statistics.md 2): day d occupies (d, d+1]. An event on day d sits at time d+1, follow-up through day L
lasts L+1, and "through day 30" is read at time 31. Causes: 0 censored, 1 the event, anything else competes.

F and its standard error (Greenwood type, as R's ``survfit``) come from statsmodels' ``CumIncidenceRight``, which
reproduces R; its standard error is NaN from the time on at which everybody left at risk has an event, and there the
same formula is evaluated here. Limits are ours: F to the power exp(+-z se / (F ln F)).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from metrics.errors import TimesRejected
from metrics.proportions import exact_proportion
from metrics.requirements import require_level
from metrics.results import UNDEFINED, Curve, CurvePoint, Interval

AALEN_JOHANSEN = "Aalen-Johansen, log-log limits"
ZERO_NOTE = "upper limit at 0 events: Clopper-Pearson of those followed to that day or dead before"
MINIMUM_AT_RISK = 10
EVENT, COMPETING = 1, 2


@dataclass(frozen=True)
class IncidenceAt:
    """F at one time: ``at_risk`` just before it, limits None while F is 0 or 1."""

    time: float
    at_risk: int
    value: float
    standard_error: float
    lower: float | None
    upper: float | None


def aalen_johansen(
    times: Sequence[float], causes: Sequence[int], *, read_at: Sequence[float], cause: int = 1, level: float = 0.95
) -> tuple[IncidenceAt, ...]:
    """Cumulative incidence of ``cause`` at each time of ``read_at``, with log-log limits.

    An empty tuple when there are no patients. After the last time F keeps its last value with nobody at risk.

    Raises:
        TimesRejected: columns of unequal length, a time that is not above 0, a negative cause.
        LevelRejected: level is outside (0, 1).
    Source: statistics.md 11.3.

    >>> f = aalen_johansen([1, 2, 3, 4], [1, 2, 0, 1], read_at=[2])[0]
    >>> f.value, f.at_risk
    (0.25, 3)
    """
    _require(times, causes)
    tail = require_level(level) / 2
    if not len(times):
        return ()
    event_times, values, errors = _steps(times, causes, cause)
    points = []
    for time in read_at:
        reached = sum(1 for event_time in event_times if event_time <= time)
        value, error = (values[reached - 1], errors[reached - 1]) if reached else (0.0, 0.0)
        limits = log_log_limits(value, error, tail)
        at_risk = sum(1 for last in times if last >= time)
        points.append(IncidenceAt(time, at_risk, value, error, limits.lower, limits.upper))
    return tuple(points)


def first_event_curve(
    last_days: Sequence[int], causes: Sequence[int], *, days: Sequence[int], cause: int = 1, level: float = 0.95
) -> Curve:
    """Cumulative incidence of ``cause`` as first event by the end of each day, one person one row.

    ``last_days`` is the day of the event, of the competing death or the last day looked at. At F = 0 the upper
    limit is Clopper-Pearson's with N = followed to that day or dead before (statistics.md 9.5). No points without
    patients. Raises as :func:`aalen_johansen`.

    >>> curve = first_event_curve([4, 90, 90, 12], [1, 0, 0, 2], days=[3, 30])
    >>> [(point.day, point.at_risk, point.value) for point in curve.points]
    [(3, 4, 0.0), (30, 2, 0.25)]
    """
    times = [last_day + 1 for last_day in last_days]
    points = []
    for read in aalen_johansen(times, causes, cause=cause, read_at=[day + 1 for day in days], level=level):
        limits = Interval(read.lower, read.upper)
        if read.value == 0.0:
            limits = _zero_limits(times, causes, read.time, cause=cause, level=level)
        points.append(CurvePoint(int(read.time) - 1, read.at_risk, read.value, limits.lower, limits.upper))
    return Curve(tuple(points), AALEN_JOHANSEN, level, ZERO_NOTE if points else "no patients")


def value_on(curve: Curve, day: int) -> CurvePoint | None:
    """The point of ``day``; None when the curve does not reach it.

    >>> value_on(first_event_curve([4, 90], [1, 0], days=[30]), 30).value
    0.5
    """
    return next((point for point in curve.points if point.day == day), None)


def drawable(curve: Curve, minimum_at_risk: int = MINIMUM_AT_RISK) -> Curve:
    """The curve up to the last day with at least ``minimum_at_risk`` at risk (statistics.md 9.4).

    >>> drawable(first_event_curve([4, 90], [1, 0], days=[30])).points
    ()
    """
    kept = [point for point in curve.points if point.at_risk >= minimum_at_risk]
    return Curve(tuple(kept), curve.method, curve.level, curve.note)


def log_log_limits(value: float, standard_error: float, tail: float) -> Interval:
    """F to the power exp(+-z se / (F ln F)); undefined unless 0 < F < 1.

    >>> log_log_limits(0.0, 0.0, 0.025)
    Interval(lower=None, upper=None)
    """
    if not 0.0 < value < 1.0:
        return UNDEFINED
    from scipy.stats import norm

    spread = float(norm.isf(tail)) * standard_error / (value * math.log(value))
    return Interval(value ** math.exp(-spread), value ** math.exp(spread))


def greenwood_variance(times: Sequence[float], causes: Sequence[int], *, cause: int, time: float) -> float:
    """Variance of F at ``time``, Greenwood type. Source: statistics.md 11.3.

    The first term has no meaning at the time when everybody at risk has an event; F stays put after it, so it is 0.

    >>> round(greenwood_variance([1, 2, 3, 4], [1, 1, 2, 2], cause=1, time=4), 4)
    0.0625
    """
    terms, survival, value = [], 1.0, 0.0
    for event_time in sorted({t for t, c in zip(times, causes, strict=True) if c != 0 and t <= time}):
        at_risk = sum(1 for t in times if t >= event_time)
        events = sum(1 for t, c in zip(times, causes, strict=True) if t == event_time and c != 0)
        own = sum(1 for t, c in zip(times, causes, strict=True) if t == event_time and c == cause)
        value += survival * own / at_risk
        terms.append((survival, value, at_risk, events, own))
        survival *= 1.0 - events / at_risk
    return max(0.0, math.fsum(_variance_term(value, *term) for term in terms))


def _variance_term(last: float, survival: float, value: float, at_risk: int, events: int, own: int) -> float:
    rest = last - value
    spread = 0.0 if at_risk == events else rest**2 * events / (at_risk * (at_risk - events))
    return spread + survival**2 * own * (at_risk - own) / at_risk**3 - 2.0 * rest * survival * own / at_risk**2


def _steps(times: Sequence[float], causes: Sequence[int], cause: int) -> tuple[list[float], list[float], list[float]]:
    """Event times with F and its standard error there; causes are renumbered, statsmodels wants 1, 2 without gap."""
    coded = [0 if c == 0 else (EVENT if c == cause else COMPETING) for c in causes]
    if EVENT not in coded:
        return [], [], []
    import numpy as np
    from statsmodels.duration.survfunc import CumIncidenceRight

    with np.errstate(divide="ignore", invalid="ignore"):
        fitted = CumIncidenceRight(np.asarray(times, dtype=float), np.asarray(coded))
    event_times = [float(time) for time in fitted.times]
    values = [float(value) for value in fitted.cinc[0]]
    errors = [float(error) for error in fitted.cinc_se[0]]
    for at, error in enumerate(errors):
        if not math.isfinite(error):
            errors[at] = math.sqrt(greenwood_variance(times, coded, cause=EVENT, time=event_times[at]))
    return event_times, values, errors


def _zero_limits(times: Sequence[float], causes: Sequence[int], time: float, *, cause: int, level: float) -> Interval:
    known = sum(1 for t, c in zip(times, causes, strict=True) if t >= time or c not in (0, cause))
    upper = exact_proportion(0, known, level=level).upper
    return Interval(None if upper is None else 0.0, upper)


def _require(times: Sequence[float], causes: Sequence[int]) -> None:
    if len(times) != len(causes):
        raise TimesRejected("times and causes: expected one cause for each time")
    if any(not (math.isfinite(time) and time > 0) for time in times):
        raise TimesRejected("times: expected finite times above 0; day d sits at time d + 1")
    if any(c < 0 for c in causes):
        raise TimesRejected("causes: expected 0 for censored and positive numbers for events")
