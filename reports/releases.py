"""What the shareable edition of a week shows: the newest release along the issues, each masked against those before.

A release is a set of figures of one issue. The next issues repeat it until their own figures may stand beside it: from
one page to the next no count moves by 1 to k-1, for that would say how many fell ill in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from reports.figures_text import is_missing
from reports.masking import ALL, FAMILIES, Counts, Family, masked_counts, moves

__all__ = ["Release", "newest_release", "row_of"]

STRATA = (ALL, "no", "yes", "unknown")


@dataclass(frozen=True)
class Release:
    """Figures of one issue as the shareable edition shows them: its clocks, what is shown, and its published rows."""

    week: str
    data_date: str
    as_of: str
    outcome: str
    shown: Counts
    estimates: pd.DataFrame = field(compare=False)

    def count(self, key: str, stratum: str) -> int | None:
        """A shown count; None where it is hidden."""
        return self.shown.get(key, {}).get(stratum)


def newest_release(issues: pd.DataFrame, minimum: int) -> Release | None:
    """The release that stands after the last issue; None when no issue could show anything.

    `issues` are the published estimates of the issues that may release, oldest first, with `outcome` of the run.
    """
    made: list[Release] = []
    for run_id in dict.fromkeys(issues["run_id"]):
        estimates = issues[issues["run_id"] == run_id]
        shown = masked_counts(counts_of(estimates), [release.shown for release in made], minimum)
        if moves(shown, made[-1].shown if made else None, minimum):
            made.append(release_of(estimates, shown))
    return made[-1] if made else None


def release_of(estimates: pd.DataFrame, shown: Counts) -> Release:
    """A release with the clocks of its issue."""
    first = estimates.iloc[0]
    return Release(
        week=str(first["week"]),
        data_date=day_text(first["data_date"]),
        as_of=instant_text(first["as_of"]),
        outcome=str(first["outcome"]),
        shown=shown,
        estimates=estimates,
    )


def day_text(value: object) -> str:
    """A date as ISO text, whatever type the frame has."""
    return str(pd.Timestamp(str(value)).date().isoformat())


def instant_text(value: object) -> str:
    """An instant as UTC text to the second, whatever type the frame has."""
    return str(pd.to_datetime(str(value), utc=True).strftime("%Y-%m-%dT%H:%M:%SZ"))


def counts_of(estimates: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Every count that the shareable edition may look at, by family and stratum."""
    return {family.key: dict(family_counts(estimates, family)) for family in FAMILIES}


def family_counts(estimates: pd.DataFrame, family: Family) -> Iterator[tuple[str, int]]:
    """Strata of a family that have a count."""
    for stratum in STRATA:
        row = row_of(estimates, family.measure, stratum, family.window)
        if row is not None and not is_missing(row[family.part]):
            yield stratum, int(row[family.part])


def row_of(estimates: pd.DataFrame, measure: str, stratum: str, window: str | None) -> dict[Any, Any] | None:
    """The one row of a measure, stratum and window for all infection classes; None when it was not computed."""
    rows = estimates[(estimates["measure"] == measure) & (estimates["stratum"] == stratum)]
    rows = rows[rows["window_name"].isna() if window is None else rows["window_name"] == window]
    rows = rows[rows["infection_class"].isna() | (rows["infection_class"] == ALL)]
    return None if rows.empty else rows.to_dict("records")[0]
