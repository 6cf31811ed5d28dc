"""Proportions of patients: x of n with an interval.

Clopper-Pearson (exact, never below its level) is what the weekly page prints; Wilson and mid-P are nearer to the
level on average and below it at places (statistics.md 3.5). A proportion here is a fraction, not a percent.
"""

from collections.abc import Callable

from metrics.requirements import require_level, require_share
from metrics.results import UNDEFINED, Estimate, Interval

CLOPPER_PEARSON = "Clopper-Pearson"
WILSON = "Wilson"
MID_P = "mid-P"
NO_PATIENTS = "no patients in the denominator"


def exact_proportion(events: int, total: int, *, level: float = 0.95) -> Estimate:
    """Events of total with the Clopper-Pearson interval.

    ``value``, ``lower`` and ``upper`` are None when total is 0: the proportion is undefined, not zero.

    Raises:
        CountsRejected: a count is negative or events exceed the total.
        LevelRejected: level is outside (0, 1).
    Source: statistics.md 3.5; Clopper and Pearson, Biometrika 1934;26:404.

    >>> share = exact_proportion(16, 56)
    >>> f"{share.value:.3f} ({share.lower:.3f}-{share.upper:.3f})"
    '0.286 (0.173-0.422)'
    """
    return _proportion(events, total, level=level, limits=_exact_limits, method=CLOPPER_PEARSON)


def wilson_proportion(events: int, total: int, *, level: float = 0.95) -> Estimate:
    """Events of total with the Wilson score interval, without continuity correction.

    Values are None when total is 0. Raises as :func:`exact_proportion`.
    Source: statistics.md 3.5; Wilson, JASA 1927;22:209.

    >>> round(wilson_proportion(16, 56).lower, 4)
    0.1842
    """
    return _proportion(events, total, level=level, limits=_wilson_limits, method=WILSON)


def mid_p_proportion(events: int, total: int, *, level: float = 0.95) -> Estimate:
    """Events of total with the mid-P interval: half of the seen count's probability lies outside each limit.

    Values are None when total is 0. Raises as :func:`exact_proportion`.
    Source: statistics.md 11.1.

    >>> round(mid_p_proportion(0, 56).upper, 4)
    0.0521
    """
    return _proportion(events, total, level=level, limits=mid_p_limits, method=MID_P)


def mid_p_limits(events: int, total: int, level: float) -> Interval:
    """Mid-P limits of a binomial probability; 0 and 1 exactly where no or all patients had the event.

    Raises:
        CountsRejected: total is 0 or smaller than events.

    >>> limits = mid_p_limits(1, 1, 0.95)
    >>> round(limits.lower, 4), limits.upper
    (0.05, 1.0)
    """
    require_share(events, total)
    tail = require_level(level) / 2
    lower = 0.0 if events == 0 else solve_mid_p(events, total, below=1.0 - tail)
    upper = 1.0 if events == total else solve_mid_p(events, total, below=tail)
    return Interval(lower, upper)


def solve_mid_p(events: int, total: int, *, below: float) -> float:
    """The probability p at which ``P(X < events) + P(X = events) / 2`` equals ``below``.

    >>> round(solve_mid_p(5, 10, below=0.5), 12)
    0.5
    """
    from scipy.optimize import brentq
    from scipy.special import bdtr

    def excess(probability: float) -> float:
        less = float(bdtr(events - 1, total, probability)) if events > 0 else 0.0
        return (less + float(bdtr(events, total, probability))) / 2 - below

    return float(brentq(excess, 0.0, 1.0, xtol=1e-15, rtol=1e-14, maxiter=500))


def _proportion(
    events: int, total: int, *, level: float, limits: Callable[[int, int, float], Interval], method: str
) -> Estimate:
    require_share(events, total)
    require_level(level)
    interval = limits(events, total, level) if total else UNDEFINED
    return Estimate(
        value=events / total if total else None,
        lower=interval.lower,
        upper=interval.upper,
        numerator=events,
        denominator=total,
        level=level,
        method=method,
        note="" if total else NO_PATIENTS,
    )


def _exact_limits(events: int, total: int, level: float) -> Interval:
    from scipy.special import betaincinv

    tail = require_level(level) / 2
    lower = 0.0 if events == 0 else float(betaincinv(events, total - events + 1, tail))
    upper = 1.0 if events == total else 1.0 - float(betaincinv(total - events, events + 1, tail))
    return Interval(lower, upper)


def _wilson_limits(events: int, total: int, level: float) -> Interval:
    from statsmodels.stats.proportion import proportion_confint

    lower, upper = proportion_confint(events, total, alpha=require_level(level), method="wilson")
    # The formula leaves rounding dust at the edges; there the limits are exact by definition.
    return Interval(0.0 if events == 0 else float(lower), 1.0 if events == total else float(upper))
