"""Odds ratios of a two-by-two table: exposed and not, with the event and without.

The published association is the conditional odds ratio with its exact limits (Fisher's noncentral hypergeometric);
it exists with empty cells, where the sample odds ratio and Woolf's interval do not. Every function takes the four
cells in the order exposed with event, exposed without, unexposed with event, unexposed without.
Source: statistics.md 3.5, 11.1; definitions.md 1.7.
"""

import math
from functools import lru_cache

from metrics.requirements import require_counts, require_level
from metrics.results import Interval, TwoByTwo

CONDITIONAL = "conditional odds ratio, exact limits"
MID_P = "median-unbiased odds ratio, mid-P limits"
WOOLF = "sample odds ratio, Woolf limits"
HALDANE = "odds ratio with 0.5 in every cell, Woolf limits"
EMPTY_MARGIN = "an empty row or column: the table says nothing about the odds ratio"

Cells = tuple[int, int, int, int]


def conditional_odds_ratio(cells: Cells, *, level: float = 0.95) -> TwoByTwo:
    """Conditional maximum-likelihood odds ratio, exact limits and Fisher's two-sided p.

    ``estimate`` is None when a row or column of the table is empty; the limits are then 0 and infinity and p is 1.
    A zero cell alone gives 0 or ``math.inf`` with one finite limit.

    Raises:
        CountsRejected: a cell is negative.
        LevelRejected: level is outside (0, 1).

    >>> table = conditional_odds_ratio((12, 17, 4, 23))
    >>> f"{table.estimate:.2f} ({table.lower:.2f}-{table.upper:.2f}), p {table.p_value:.3f}"
    '3.96 (0.98-19.86), p 0.039'
    """
    _require(cells, level)
    if _has_empty_margin(cells):
        return TwoByTwo(*cells, None, 0.0, math.inf, level, CONDITIONAL, 1.0, EMPTY_MARGIN)
    from scipy.stats.contingency import odds_ratio

    fitted = odds_ratio(_as_rows(cells), kind="conditional")
    limits = fitted.confidence_interval(confidence_level=level)
    estimate, lower, upper = float(fitted.statistic), float(limits.low), float(limits.high)
    return TwoByTwo(*cells, estimate, lower, upper, level, CONDITIONAL, fisher_p(cells))


def mid_p_odds_ratio(cells: Cells, *, level: float = 0.95) -> TwoByTwo:
    """Median-unbiased odds ratio with mid-P limits and the doubled mid-P tail as p.

    ``estimate`` is None when the seen table lies at the edge of the possible ones (a zero cell), where no odds
    ratio has mid-P tails of one half. Raises as :func:`conditional_odds_ratio`.

    >>> round(mid_p_odds_ratio((14, 20, 16, 40)).p_value, 4)
    0.2315
    """
    _require(cells, level)
    tail = require_level(level) / 2
    lowest, highest = _support(cells)
    seen = cells[0]
    lower = 0.0 if seen == lowest else math.exp(_solve_log_odds(cells, below=1.0 - tail))
    upper = math.inf if seen == highest else math.exp(_solve_log_odds(cells, below=tail))
    inside = lowest < seen < highest
    middle = math.exp(_solve_log_odds(cells, below=0.5)) if inside else None
    note = "" if inside else "the table is at the edge of those possible"
    return TwoByTwo(*cells, middle, lower, upper, level, MID_P, _mid_p_value(cells), note)


def sample_odds_ratio(cells: Cells, *, level: float = 0.95) -> TwoByTwo:
    """The cross product ratio with Woolf's interval; limits None with a zero cell, p is Wald's.

    ``estimate`` is None for 0 over 0 and infinite for something over 0. Raises as :func:`conditional_odds_ratio`.

    >>> sample_odds_ratio((14, 20, 16, 40)).estimate
    1.75
    """
    _require(cells, level)
    exposed_events, exposed_without, unexposed_events, unexposed_without = cells
    against = exposed_without * unexposed_events
    product = exposed_events * unexposed_without
    if 0 in cells:
        value = math.inf if product and not against else (0.0 if against else None)
        return TwoByTwo(*cells, value, None, None, level, WOOLF, None, "a zero cell: no Woolf interval")
    limits, p_value = _woolf(tuple(float(cell) for cell in cells), level)
    return TwoByTwo(*cells, product / against, limits.lower, limits.upper, level, WOOLF, p_value)


def haldane_odds_ratio(cells: Cells, *, level: float = 0.95) -> TwoByTwo:
    """The odds ratio with one half added to each cell (Haldane, Anscombe); defined for every table.

    Raises as :func:`conditional_odds_ratio`.

    >>> haldane_odds_ratio((10, 0, 0, 10)).estimate
    441.0
    """
    _require(cells, level)
    shifted = tuple(cell + 0.5 for cell in cells)
    limits, p_value = _woolf(shifted, level)
    value = shifted[0] * shifted[3] / (shifted[1] * shifted[2])
    return TwoByTwo(*cells, value, limits.lower, limits.upper, level, HALDANE, p_value)


def fisher_p(cells: Cells, alternative: str = "two-sided") -> float:
    """Fisher's exact p: ``two-sided`` sums all tables no likelier than the seen one; also ``less``, ``greater``.

    Raises as :func:`conditional_odds_ratio`.

    >>> round(fisher_p((14, 20, 16, 40)), 4)
    0.2535
    """
    _require(cells, 0.95)
    from scipy.stats import fisher_exact

    return min(1.0, float(fisher_exact(_as_rows(cells), alternative=alternative).pvalue))


def fisher_central_p(cells: Cells) -> float:
    """Twice the smaller one-sided Fisher p, at most 1: the p that agrees with the exact limits.

    >>> round(fisher_central_p((14, 20, 16, 40)), 4)
    0.3176
    """
    return min(1.0, 2.0 * min(fisher_p(cells, "less"), fisher_p(cells, "greater")))


def _mid_p_value(cells: Cells) -> float:
    less, equal, more = _tails(cells, 0.0)
    return min(1.0, 2.0 * min(less + equal / 2, more + equal / 2))


def _solve_log_odds(cells: Cells, *, below: float) -> float:
    from scipy.optimize import brentq

    def excess(log_odds: float) -> float:
        less, equal, _ = _tails(cells, log_odds)
        return less + equal / 2 - below

    reach = 4.0
    while excess(-reach) < 0.0 or excess(reach) > 0.0:
        reach *= 2.0
    return float(brentq(excess, -reach, reach, xtol=1e-14, rtol=1e-14, maxiter=500))


def _tails(cells: Cells, log_odds: float) -> tuple[float, float, float]:
    """Probabilities of fewer, of exactly and of more exposed events than seen, given the margins."""
    lowest, _ = _support(cells)
    weights = [weight + log_odds * count for count, weight in enumerate(_log_weights(cells), start=lowest)]
    top = max(weights)
    scaled = [math.exp(weight - top) for weight in weights]
    whole = math.fsum(scaled)
    at = cells[0] - lowest
    return math.fsum(scaled[:at]) / whole, scaled[at] / whole, math.fsum(scaled[at + 1 :]) / whole


@lru_cache(maxsize=64)
def _log_weights(cells: Cells) -> tuple[float, ...]:
    exposed, unexposed, events = cells[0] + cells[1], cells[2] + cells[3], cells[0] + cells[2]
    lowest, highest = _support(cells)
    return tuple(
        _log_choose(exposed, count) + _log_choose(unexposed, events - count) for count in range(lowest, highest + 1)
    )


def _log_choose(total: int, chosen: int) -> float:
    return math.lgamma(total + 1) - math.lgamma(chosen + 1) - math.lgamma(total - chosen + 1)


def _support(cells: Cells) -> tuple[int, int]:
    exposed, unexposed, events = cells[0] + cells[1], cells[2] + cells[3], cells[0] + cells[2]
    return max(0, events - unexposed), min(exposed, events)


def _woolf(cells: tuple[float, ...], level: float) -> tuple[Interval, float]:
    from scipy.stats import norm

    centre = math.log(cells[0]) + math.log(cells[3]) - math.log(cells[1]) - math.log(cells[2])
    spread = math.sqrt(math.fsum(1.0 / cell for cell in cells))
    reach = float(norm.isf(require_level(level) / 2)) * spread
    return Interval(math.exp(centre - reach), math.exp(centre + reach)), 2.0 * float(norm.sf(abs(centre) / spread))


def _has_empty_margin(cells: Cells) -> bool:
    rows_and_columns = (cells[0] + cells[1], cells[2] + cells[3], cells[0] + cells[2], cells[1] + cells[3])
    return 0 in rows_and_columns


def _as_rows(cells: Cells) -> list[list[int]]:
    return [[cells[0], cells[1]], [cells[2], cells[3]]]


def _require(cells: Cells, level: float) -> None:
    require_level(level)
    names = ("exposed_events", "exposed_without", "unexposed_events", "unexposed_without")
    require_counts(**dict(zip(names, cells, strict=True)))
