"""Two rates compared, given their total number of events.

Given ``n = events_1 + events_2`` the first count is binomial with ``p = R t1 / (R t1 + t2)``; limits of p become
limits of the ratio R. With no event at all the ratio is undefined, its limits are 0 and infinity and p is 1.
Source: statistics.md 11.2.
"""

import math

from metrics.errors import CountsRejected
from metrics.proportions import mid_p_limits, solve_mid_p
from metrics.requirements import require_counts, require_level, require_time
from metrics.results import UNDEFINED, Comparison, Interval, RateRatio

EXACT = "exact conditional"
MID_P = "mid-P conditional"
WALD_LOG = "Wald on the logarithm"
NO_EVENTS = "no events in either group"


def exact_rate_ratio(events_1: int, time_1: float, events_2: int, time_2: float, *, level: float = 0.95) -> RateRatio:
    """Rate 1 over rate 2 with exact conditional limits; p is twice the smaller tail, in agreement with the limits.

    ``value`` is None without events, ``math.inf`` when only group 1 has events.

    Raises:
        CountsRejected: a negative count, or person-time that is not positive.
        LevelRejected: level is outside (0, 1).

    >>> ratio = exact_rate_ratio(17, 1590, 18, 890)
    >>> f"{ratio.value:.2f} ({ratio.lower:.2f}-{ratio.upper:.2f})"
    '0.53 (0.26-1.09)'
    """
    _require(events_1, time_1, events_2, time_2, level)
    return RateRatio(
        events_1, time_1, events_2, time_2, ratio_of(events_1, time_1, events_2, time_2),
        *_as_pair(_exact_limits(events_1, time_1, events_2, time_2, level)),
        p_value=_doubled_tail(events_1, events_2, time_1 / (time_1 + time_2), half=0.0),
        level=level, method=EXACT, note="" if events_1 + events_2 else NO_EVENTS,
    )  # fmt: skip


def mid_p_rate_ratio(events_1: int, time_1: float, events_2: int, time_2: float, *, level: float = 0.95) -> RateRatio:
    """Rate 1 over rate 2 with mid-P conditional limits; p is twice the smaller mid-P tail, at most 1.

    statsmodels' ``cond-midp`` halves another p (the one of the least likely outcomes) and is not used.
    None and infinity as in :func:`exact_rate_ratio`; raises as it.

    >>> round(mid_p_rate_ratio(17, 1590, 18, 890).p_value, 4)
    0.0629
    """
    _require(events_1, time_1, events_2, time_2, level)
    return RateRatio(
        events_1, time_1, events_2, time_2, ratio_of(events_1, time_1, events_2, time_2),
        *_as_pair(_mid_p_ratio_limits(events_1, time_1, events_2, time_2, level)),
        p_value=_doubled_tail(events_1, events_2, time_1 / (time_1 + time_2), half=0.5),
        level=level, method=MID_P, note="" if events_1 + events_2 else NO_EVENTS,
    )  # fmt: skip


def wald_rate_ratio(events_1: int, time_1: float, events_2: int, time_2: float, *, level: float = 0.95) -> RateRatio:
    """Rate 1 over rate 2 with Wald limits on the logarithm, for large counts.

    Limits and p are None when either group has no event: use the exact ones there. Raises as
    :func:`exact_rate_ratio`.

    >>> round(wald_rate_ratio(17, 1590, 18, 890).upper, 4)
    1.0258
    """
    _require(events_1, time_1, events_2, time_2, level)
    limits, p_value = UNDEFINED, None
    if events_1 and events_2:
        from scipy.stats import norm

        spread = math.sqrt(1.0 / events_1 + 1.0 / events_2)
        centre = math.log(events_1 / time_1) - math.log(events_2 / time_2)
        z = float(norm.isf(require_level(level) / 2))
        limits = Interval(math.exp(centre - z * spread), math.exp(centre + z * spread))
        p_value = 2.0 * float(norm.sf(abs(centre) / spread))
    value = ratio_of(events_1, time_1, events_2, time_2)
    return RateRatio(
        events_1, time_1, events_2, time_2, value, limits.lower, limits.upper, p_value, level, WALD_LOG,
        "" if p_value is not None else "a group without events",
    )  # fmt: skip


def rate_difference(events_1: int, time_1: float, events_2: int, time_2: float, *, level: float = 0.95) -> Comparison:
    """Rate 1 minus rate 2 with Wald limits; limits None without any event. Raises as :func:`exact_rate_ratio`.

    >>> round(rate_difference(17, 1590, 18, 890).value, 4)
    -0.0095
    """
    _require(events_1, time_1, events_2, time_2, level)
    value = events_1 / time_1 - events_2 / time_2
    if events_1 + events_2 == 0:
        return Comparison(value, None, None, level, "Wald")
    from scipy.stats import norm

    reach = float(norm.isf(require_level(level) / 2)) * math.sqrt(events_1 / time_1**2 + events_2 / time_2**2)
    return Comparison(value, value - reach, value + reach, level, "Wald")


def least_likely_p(events_1: int, time_1: float, events_2: int, time_2: float) -> float:
    """Exact p of equal rates as R's ``poisson.test`` gives it: all outcomes no likelier than the one seen.

    >>> round(least_likely_p(17, 1590, 18, 890), 4)
    0.0763
    """
    _require(events_1, time_1, events_2, time_2, 0.95)
    from scipy.stats import binomtest

    if events_1 + events_2 == 0:
        return 1.0
    return float(binomtest(events_1, events_1 + events_2, time_1 / (time_1 + time_2)).pvalue)


def median_unbiased_ratio(events_1: int, time_1: float, events_2: int, time_2: float) -> float | None:
    """The ratio at which both mid-P tails are one half; None when a group has no event.

    >>> round(median_unbiased_ratio(1, 90, 1, 2000), 4)
    22.2222
    """
    _require(events_1, time_1, events_2, time_2, 0.95)
    if not (events_1 and events_2):
        return None
    return _odds_ratio_of(solve_mid_p(events_1, events_1 + events_2, below=0.5), time_1, time_2)


def ratio_of(events_1: int, time_1: float, events_2: int, time_2: float) -> float | None:
    """The plain ratio of two rates: None for 0 over 0, ``math.inf`` for something over 0.

    >>> ratio_of(5, 300.0, 0, 310.0)
    inf
    """
    if events_2 == 0:
        return math.inf if events_1 else None
    return (events_1 * time_2) / (events_2 * time_1)


def _exact_limits(events_1: int, time_1: float, events_2: int, time_2: float, level: float) -> Interval:
    from scipy.special import betaincinv

    tail = require_level(level) / 2
    lower, upper = 0.0, math.inf
    if events_1:
        lower = _odds_ratio_of(float(betaincinv(events_1, events_2 + 1, tail)), time_1, time_2)
    if events_2:
        upper = 1.0 / _odds_ratio_of(float(betaincinv(events_2, events_1 + 1, tail)), time_2, time_1)
    return Interval(lower, upper)


def _mid_p_ratio_limits(events_1: int, time_1: float, events_2: int, time_2: float, level: float) -> Interval:
    # Each limit is solved for the smaller probability, so that 1 - p never loses digits.
    lower = upper = None
    if events_1:
        own = mid_p_limits(events_1, events_1 + events_2, level)
        lower = _odds_ratio_of(own.lower or 0.0, time_1, time_2)
    if events_2:
        other = mid_p_limits(events_2, events_1 + events_2, level)
        upper = 1.0 / _odds_ratio_of(other.lower or 0.0, time_2, time_1)
    return Interval(0.0 if lower is None else lower, math.inf if upper is None else upper)


def _odds_ratio_of(probability: float, time_1: float, time_2: float) -> float:
    return probability / (1.0 - probability) * time_2 / time_1


def _doubled_tail(events_1: int, events_2: int, probability: float, *, half: float) -> float:
    from scipy.stats import binom

    total = events_1 + events_2
    if total == 0:
        return 1.0
    shared = half * float(binom.pmf(events_1, total, probability))
    low = float(binom.cdf(events_1, total, probability)) - shared
    high = float(binom.sf(events_1 - 1, total, probability)) - shared
    return min(1.0, 2.0 * min(low, high))


def _as_pair(limits: Interval) -> tuple[float | None, float | None]:
    return limits.lower, limits.upper


def _require(events_1: int, time_1: float, events_2: int, time_2: float, level: float) -> None:
    require_counts(events_1=events_1, events_2=events_2)
    require_time(time_1=time_1, time_2=time_2)
    require_level(level)
    if time_1 == 0 or time_2 == 0:
        raise CountsRejected("time: expected person-time above 0 in both groups of a rate ratio")
