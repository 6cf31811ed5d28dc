"""The first line of a week as rows of ``published.estimates``: plain counts that speak of this week only."""

from collections.abc import Iterable

import pandas as pd

from metrics.figure_order import Row, published_frame
from metrics.figures import ESTIMATE_COLUMNS, ESTIMATE_KEYS
from metrics.line_list import CHANGES, LineChange

__all__ = ["first_screen_rows"]


def first_screen_rows(counts: pd.DataFrame, lines: Iterable[LineChange], *, status: str) -> pd.DataFrame:
    """One row per number of the first line: those of ``counts.first_screen``, and the episodes by kind of change.

    >>> counts = pd.DataFrame({"measure": ["week_deaths"], "window_name": [None], "numerator": [1]})
    >>> rows = first_screen_rows(counts, [], status="final")
    >>> rows[["measure", "numerator"]].values.tolist()[:2]
    [['week_new_episodes', 0], ['week_changed_episodes', 0]]
    """
    kinds = [line.change for line in lines]
    counted: list[tuple[str, str | None, int]] = [
        (str(row.measure), None if pd.isna(row.window_name) else str(row.window_name), int(row.numerator))
        for row in counts.itertuples(index=False)
    ]
    counted += [(f"week_{change}_episodes", None, kinds.count(change)) for change in CHANGES]
    rows: list[Row] = [
        {"measure": measure, "stratum": "all", "window_name": window, "numerator": number, "method": "count",
         "status": status}
        for measure, window, number in counted
    ]  # fmt: skip
    return published_frame(rows, ESTIMATE_COLUMNS, ESTIMATE_KEYS)
