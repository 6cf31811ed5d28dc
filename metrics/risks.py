"""Risks of two groups compared: their difference, their ratio, and the chi-squared test of a two-by-two table.

Cells come in the order of :mod:`metrics.associations`. Source: statistics.md 3.5.
"""

import math
from dataclasses import dataclass

from metrics.requirements import require_counts, require_level
from metrics.results import Comparison, Interval

Cells = tuple[int, int, int, int]


@dataclass(frozen=True)
class ChiSquared:
    """Pearson's statistic with one degree of freedom and its p; both None when a row or column is empty."""

    statistic: float | None
    p_value: float | None


def risk_difference(cells: Cells, *, level: float = 0.95) -> Comparison:
    """Risk of the exposed minus risk of the unexposed with Newcombe's interval (Wilson limits, square and add).

    None when one of the groups is empty.

    Raises:
        CountsRejected: a cell is negative.
        LevelRejected: level is outside (0, 1).
    Source: Newcombe, Stat Med 1998;17:873.

    >>> difference = risk_difference((14, 20, 16, 40))
    >>> f"{difference.value:.3f} ({difference.lower:.3f} to {difference.upper:.3f})"
    '0.126 (-0.070 to 0.321)'
    """
    _require(cells, level)
    exposed, unexposed = cells[0] + cells[1], cells[2] + cells[3]
    if not (exposed and unexposed):
        return Comparison(None, None, None, level, "Newcombe")
    from statsmodels.stats.proportion import confint_proportions_2indep

    lower, upper = confint_proportions_2indep(
        cells[0], exposed, cells[2], unexposed, method="newcomb", compare="diff", alpha=require_level(level)
    )
    return Comparison(cells[0] / exposed - cells[2] / unexposed, float(lower), float(upper), level, "Newcombe")


def risk_ratio(cells: Cells, *, level: float = 0.95) -> Comparison:
    """Risk of the exposed over risk of the unexposed with Wald's interval on the logarithm.

    Limits are None when a group has no event, the value too when the unexposed have none and neither have the
    exposed. Raises as :func:`risk_difference`.

    >>> risk_ratio((20, 80, 10, 90)).value
    2.0
    """
    _require(cells, level)
    exposed, unexposed = cells[0] + cells[1], cells[2] + cells[3]
    against = cells[2] * exposed
    if not (exposed and unexposed) or not (against or cells[0]):
        return Comparison(None, None, None, level, "Wald on the logarithm")
    value = math.inf if not against else cells[0] * unexposed / against
    limits = _wald_limits(cells, value, level) if cells[0] and cells[2] else Interval(None, None)
    return Comparison(value, limits.lower, limits.upper, level, "Wald on the logarithm")


def chi_squared(cells: Cells, *, corrected: bool) -> ChiSquared:
    """Pearson's chi-squared test of independence, with Yates' correction if ``corrected``.

    Raises as :func:`risk_difference`. scipy refuses an empty row or column; here the answer is None.

    >>> round(chi_squared((14, 20, 16, 40), corrected=False).p_value, 4)
    0.2187
    """
    _require(cells, 0.95)
    from scipy.stats import chi2_contingency

    margins = (cells[0] + cells[1], cells[2] + cells[3], cells[0] + cells[2], cells[1] + cells[3])
    if 0 in margins:
        return ChiSquared(None, None)
    tested = chi2_contingency([[cells[0], cells[1]], [cells[2], cells[3]]], correction=corrected)
    return ChiSquared(float(tested.statistic), float(tested.pvalue))


def _wald_limits(cells: Cells, value: float, level: float) -> Interval:
    from scipy.stats import norm

    exposed, unexposed = cells[0] + cells[1], cells[2] + cells[3]
    spread = math.sqrt(1 / cells[0] - 1 / exposed + 1 / cells[2] - 1 / unexposed)
    reach = float(norm.isf(require_level(level) / 2)) * spread
    return Interval(value * math.exp(-reach), value * math.exp(reach))


def _require(cells: Cells, level: float) -> None:
    require_level(level)
    names = ("exposed_events", "exposed_without", "unexposed_events", "unexposed_without")
    require_counts(**dict(zip(names, cells, strict=True)))
