"""Person-time split at fixed cuts, for intervals ``(start, stop]``: an event at a cut belongs to the earlier window.

The seed's own person-days are counted in SQL (``cohort.person_time``); this is the same rule for survival data.
Source: statistics.md 2 and 3.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from metrics.errors import TimesRejected
from metrics.rates import exact_rate
from metrics.results import Estimate
from metrics.rounding import total

COLUMNS = ["id", "window", "start", "stop", "event"]


@dataclass(frozen=True)
class WindowRate:
    """One window: person-time, events, how many persons spent time in it, and the exact rate."""

    window: str
    person_time: float
    events: int
    persons: int
    rate: Estimate


def split_spans(spans: pd.DataFrame, *, cuts: Sequence[float], labels: Sequence[str]) -> pd.DataFrame:
    """Cut each row (``id, start, stop, event``) at ``cuts``; columns ``id, window, start, stop, event``.

    Rows keep the order of the input, pieces the order of time. The event stays with the last piece.

    Raises:
        TimesRejected: labels are not one more than cuts, cuts do not rise, or a row does not end after its start.

    >>> spans = pd.DataFrame({"id": [1], "start": [0], "stop": [32], "event": [1]})
    >>> split_spans(spans, cuts=[31], labels=["d0-30", "d31-90"])["event"].tolist()
    [0, 1]
    """
    _require(spans, cuts, labels)
    edges = [float("-inf"), *cuts, float("inf")]
    pieces = []
    for row in spans.itertuples(index=False):
        for label, (left, right) in zip(labels, pairwise(edges), strict=True):
            start, stop = max(row.start, left), min(row.stop, right)
            if start < stop:
                pieces.append((row.id, label, start, stop, int(row.event) if stop == row.stop else 0))
    return pd.DataFrame(pieces, columns=COLUMNS)


def window_rates(
    pieces: pd.DataFrame, *, labels: Sequence[str], per: float = 1000.0, level: float = 0.95
) -> tuple[WindowRate, ...]:
    """Events per ``per`` units of person-time in each window, in the order of ``labels``.

    A window nobody reached has person-time 0 and a rate of None. ``level`` as in :func:`metrics.rates.exact_rate`.

    >>> spans = pd.DataFrame({"id": [1], "start": [0], "stop": [32], "event": [1]})
    >>> pieces = split_spans(spans, cuts=[31], labels=["early", "late"])
    >>> [(row.window, row.person_time, row.events) for row in window_rates(pieces, labels=["early", "late"])]
    [('early', 31.0, 0), ('late', 1.0, 1)]
    """
    rows = []
    for label in labels:
        inside = pieces[pieces["window"] == label]
        time = total(float(stop) - float(start) for start, stop in zip(inside["start"], inside["stop"], strict=True))
        events = int(inside["event"].sum())
        rate = exact_rate(events, time, per=per, level=level)
        rows.append(WindowRate(label, time, events, int(inside["id"].nunique()), rate))
    return tuple(rows)


def _require(spans: pd.DataFrame, cuts: Sequence[float], labels: Sequence[str]) -> None:
    if len(labels) != len(cuts) + 1:
        raise TimesRejected("labels: expected one label more than cuts")
    if any(left >= right for left, right in pairwise(cuts)):
        raise TimesRejected("cuts: expected rising times")
    if not (spans["start"] < spans["stop"]).all():
        raise TimesRejected("spans: expected every row to end after its start")
