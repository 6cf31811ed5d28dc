"""Finding published rows: one figure, or all of a measure in the order of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from reports.figures_text import is_missing

__all__ = ["STRATUM_ORDER", "Row", "figure_row", "ordered", "rows_of"]

Row = dict[str, Any]
STRATUM_ORDER = ("no", "yes", "unknown", "all")


def rows_of(estimates: pd.DataFrame, measure: str) -> list[Row]:
    """All rows of a measure."""
    return [
        {str(k): v for k, v in row.items()} for row in estimates[estimates["measure"] == measure].to_dict("records")
    ]


def figure_row(
    estimates: pd.DataFrame, measure: str, stratum: str, window: str | None = None, klass: str = "all"
) -> Row | None:
    """The one row of a measure, stratum, window (None: whichever) and class; None when it was not computed."""
    for row in rows_of(estimates, measure):
        named = row["infection_class"]
        if row["stratum"] == stratum and (named == klass or (klass == "all" and is_missing(named))):
            if window is None or row["window_name"] == window:
                return row
    return None


def ordered(names: Sequence[str], first: Sequence[str]) -> Iterator[str]:
    """The distinct names: those of `first` in its order, then any others in theirs.

    >>> list(ordered(["own", "yes", "no"], STRATUM_ORDER))
    ['no', 'yes', 'own']
    """
    present = dict.fromkeys(names)
    yield from (name for name in first if name in present)
    yield from (name for name in present if name not in first)
