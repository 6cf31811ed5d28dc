"""Rates: events per person-time, and standardised ratios of observed to expected.

The person-time is in whatever unit the caller counts (patient-days here); ``per`` turns events per one unit into
events per 100 or 1000. The exact interval is what is published; mid-P is narrower and is NHSN's choice for SIRs.
"""

import math

from metrics.errors import CountsRejected
from metrics.requirements import require_counts, require_level, require_time
from metrics.results import Estimate, Interval

EXACT_POISSON = "exact Poisson"
MID_P_POISSON = "mid-P Poisson"
BYAR = "Byar"
NO_PERSON_TIME = "no person-time"
MINIMUM_EXPECTED = 1.0
PER_100 = 100.0


def exact_rate(events: int, person_time: float, *, per: float = 1.0, level: float = 0.95) -> Estimate:
    """Events per ``per`` units of person-time with the exact Poisson interval.

    Values are None when there is no person-time: the rate is undefined, not zero.

    Raises:
        CountsRejected: a negative count or time, or events without any person-time.
        LevelRejected: level is outside (0, 1).
    Source: statistics.md 3.1; Ulm, Am J Epidemiol 1990;131:373.

    >>> density = exact_rate(17, 1590, per=PER_100)
    >>> f"{density.value:.2f} ({density.lower:.2f}-{density.upper:.2f})"
    '1.07 (0.62-1.71)'
    """
    require_counts(events=events)
    limits = exact_count_limits(events, level)
    return _rate(events, person_time, per=per, level=level, limits=limits, method=EXACT_POISSON)


def mid_p_rate(events: int, person_time: float, *, per: float = 1.0, level: float = 0.95) -> Estimate:
    """Events per ``per`` units of person-time with the mid-P interval.

    Values are None when there is no person-time. Raises as :func:`exact_rate`.
    Source: statistics.md 11.1. statsmodels' own mid-P limits are wrong at 0 events.

    >>> round(mid_p_rate(0, 100, per=PER_100).upper, 4)
    2.9957
    """
    require_counts(events=events)
    limits = mid_p_count_limits(events, level)
    return _rate(events, person_time, per=per, level=level, limits=limits, method=MID_P_POISSON)


def byar_rate(events: int, person_time: float, *, per: float = 1.0, level: float = 0.95) -> Estimate:
    """Events per ``per`` units of person-time with Byar's approximation, for comparison with older tables.

    The half is added to the count on both sides, as ``epitools`` does; the lower limit is None at 0 events.
    Raises as :func:`exact_rate`.

    >>> round(byar_rate(1, 100).upper, 4)
    0.0466
    """
    require_counts(events=events)
    return _rate(events, person_time, per=per, level=level, limits=_byar_limits(events, level), method=BYAR)


def standardised_ratio(observed: int, expected: float, *, level: float = 0.95) -> Estimate:
    """Observed over expected (SIR) with the mid-P interval.

    Values are None when expected is below 1, where NHSN shows no ratio either; the note says so.

    Raises:
        CountsRejected: a negative count or expectation.
    Source: statistics.md 3.1, 9.4.

    >>> round(standardised_ratio(8, 3.3).value, 3)
    2.424
    >>> standardised_ratio(1, 0.8).value is None
    True
    """
    require_counts(observed=observed)
    require_time(expected=expected)
    if expected < MINIMUM_EXPECTED:
        return Estimate(None, None, None, observed, expected, level, MID_P_POISSON, "fewer than 1 expected")
    return _rate(
        observed, expected, per=1.0, level=level, limits=mid_p_count_limits(observed, level), method=MID_P_POISSON
    )


def standardised_ratio_p(observed: int, expected: float) -> float:
    """Two-sided mid-P probability that a ratio of 1 gives a count as extreme as the observed one.

    Twice the smaller mid-P tail, at most 1. Raises as :func:`standardised_ratio`.
    Source: statistics.md 3.1.

    >>> round(standardised_ratio_p(8, 3.3), 4)
    0.0267
    """
    require_counts(observed=observed)
    require_time(expected=expected)
    from statsmodels.stats.rates import test_poisson

    return min(1.0, float(test_poisson(observed, expected, value=1.0, method="midp-c").pvalue))


def exact_count_limits(events: int, level: float) -> Interval:
    """Exact limits of the mean of a Poisson count.

    >>> round(exact_count_limits(0, 0.95).upper, 4)
    3.6889
    """
    from scipy.special import gammainccinv, gammaincinv

    tail = require_level(level) / 2
    lower = 0.0 if events == 0 else float(gammaincinv(events, tail))
    return Interval(lower, float(gammainccinv(events + 1, tail)))


def mid_p_count_limits(events: int, level: float) -> Interval:
    """Mid-P limits of the mean of a Poisson count; at 0 events 0 and ``-ln(1 - level)``.

    >>> limits = mid_p_count_limits(1, 0.95)
    >>> round(limits.lower, 4), round(limits.upper, 4)
    (0.05, 4.9319)
    """
    tail = require_level(level) / 2
    lower = 0.0 if events == 0 else _solve_mean(events, below=1.0 - tail)
    return Interval(lower, _solve_mean(events, below=tail))


def _solve_mean(events: int, *, below: float) -> float:
    from scipy.optimize import brentq
    from scipy.special import pdtr

    def excess(mean: float) -> float:
        less = float(pdtr(events - 1, mean)) if events > 0 else 0.0
        return (less + float(pdtr(events, mean))) / 2 - below

    # P(X < events) + P(X = events) / 2 falls from above `below` at 0 to almost 0 far to the right.
    # The exact limits of a far stricter level enclose the mid-P ones of any level in use.
    far = events + 20.0 * math.sqrt(events + 1.0) + 60.0
    while excess(far) > 0.0:
        far *= 2.0
    return float(brentq(excess, 0.0, far, xtol=1e-15, rtol=1e-14, maxiter=500))


def _byar_limits(events: int, level: float) -> Interval:
    from scipy.stats import norm

    z = float(norm.isf(require_level(level) / 2))
    shifted = events + 0.5
    spread = z / (3.0 * math.sqrt(shifted))
    cube = 1.0 - 1.0 / (9.0 * shifted)
    lower = None if events == 0 else shifted * (cube - spread) ** 3
    return Interval(lower, shifted * (cube + spread) ** 3)


def _rate(events: int, person_time: float, *, per: float, level: float, limits: Interval, method: str) -> Estimate:
    require_time(person_time=person_time)
    require_level(level)
    if person_time == 0:
        if events:
            raise CountsRejected("events: expected none where there is no person-time")
        return Estimate(None, None, None, events, person_time, level, method, NO_PERSON_TIME)
    factor = per / person_time
    return Estimate(
        value=events * per / person_time,
        lower=None if limits.lower is None else limits.lower * factor,
        upper=None if limits.upper is None else limits.upper * factor,
        numerator=events,
        denominator=person_time,
        level=level,
        method=method,
    )
