"""How numbers leave: 12 significant digits, and sums that do not depend on the order of addition.

Source: statistics.md 2a. ``math.fsum`` is exact before its one rounding, so the same terms give the same bits.
"""

import math
from collections.abc import Iterable

SIGNIFICANT_DIGITS = 12


def significant(value: float | None, digits: int = SIGNIFICANT_DIGITS) -> float | None:
    """The value with ``digits`` significant digits; ``None`` for undefined, NaN and infinity.

    >>> significant(16 / 56)
    0.285714285714
    >>> significant(math.inf) is None
    True
    """
    if value is None or not math.isfinite(value):
        return None
    rounded = float(f"{value:.{digits}g}")
    return rounded + 0.0  # -0.0 becomes 0.0: one zero in a file, not two


def total(terms: Iterable[float]) -> float:
    """The sum of the terms, correctly rounded whatever their order.

    >>> total([0.1] * 10)
    1.0
    """
    return math.fsum(terms)
