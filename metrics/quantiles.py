"""Quantiles of days: type 7, linear between order statistics, as R and numpy by default (statistics.md 2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from metrics.errors import CountsRejected


@dataclass(frozen=True)
class Quartiles:
    """Median and quartiles of ``size`` values; all None when there are none."""

    lower: float | None
    median: float | None
    upper: float | None
    size: int


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value below which ``share`` of the values lie; None without values.

    Raises:
        CountsRejected: share is outside 0 .. 1.

    >>> quantile([1, 2, 3, 4], 0.5)
    2.5
    """
    if not 0.0 <= share <= 1.0:
        raise CountsRejected("share: expected a number from 0 to 1")
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = min(int(place), len(ordered) - 1)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))


def quartiles(values: Sequence[float]) -> Quartiles:
    """Median and quartiles.

    >>> quartiles([4, 8, 15, 16, 23, 42])
    Quartiles(lower=9.75, median=15.5, upper=21.25, size=6)
    """
    return Quartiles(quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75), len(values))
