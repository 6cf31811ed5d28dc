"""How a figure is written for a reader: one decimal for percents, three significant digits for rates and ratios.

Source: statistics 9. Never a percent without n/N, never an estimate without its interval; undefined prints as a dash.
"""

from __future__ import annotations

import math

import pandas as pd

__all__ = ["count", "fraction", "interval", "percent", "significant"]

DASH = "–"
SMALLEST_DENOMINATOR_FOR_PERCENT = 10


def is_missing(value: object) -> bool:
    """True for None, NaN and NA: undefined in a frame."""
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def count(value: object) -> str:
    """A whole number with thin thousands, a dash when undefined.

    >>> count(1736), count(None)
    ('1,736', '–')
    """
    return DASH if is_missing(value) else f"{int(value):,}"  # type: ignore[call-overload]


def percent(value: object) -> str:
    """A proportion (0 to 1) as a percent with one decimal.

    >>> percent(0.285714)
    '28.6 %'
    """
    return DASH if is_missing(value) else f"{100 * float(value):.1f} %"  # type: ignore[arg-type]


def significant(value: object, digits: int = 3) -> str:
    """A rate or ratio with `digits` significant digits, never in exponent form below a million.

    >>> significant(0.97926), significant(1234.5), significant(0.0)
    ('0.979', '1230', '0')
    """
    if is_missing(value):
        return DASH
    number = float(value)  # type: ignore[arg-type]
    if math.isinf(number):
        return "∞"
    if number == 0:
        return "0"
    places = digits - 1 - math.floor(math.log10(abs(number)))
    rounded = round(number, places)
    return f"{rounded:.{max(places, 0)}f}"


def interval(lower: object, upper: object, *, as_percent: bool) -> str:
    """Both limits, `17.3–42.2 %` or `0.57–1.57`; an open end prints as 0 or the infinity sign, never as a guess."""
    if is_missing(lower) and is_missing(upper):
        return DASH
    if as_percent:
        return f"{100 * float(lower):.1f}–{100 * float(upper):.1f} %"  # type: ignore[arg-type]
    upper_text = "∞" if is_missing(upper) else significant(upper)
    return f"{significant(lower)}–{upper_text}"


def fraction(numerator: object, denominator: object) -> str:
    """`16/56`; a dash when the denominator is undefined.

    >>> fraction(16, 56)
    '16/56'
    """
    return DASH if is_missing(numerator) or is_missing(denominator) else f"{count(numerator)}/{count(denominator)}"
