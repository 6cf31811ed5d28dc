"""What the shareable edition of a week shows: the newest release along the issues, each masked against those before.

A release is a set of figures of one issue. The next issues repeat it until their own figures may stand beside it: from
one page to the next no count moves by 1 to k-1, for that would say how many fell ill in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reports.figures_text import is_missing
from reports.masking import ALL, FAMILIES, Counts, Family, masked_counts, moves

__all__ = ["Release", "all_releases", "newest_release"]

STRATA = (ALL, "no", "yes", "unknown")
MEASURES = {*(family.measure for family in FAMILIES), "infection_density"}
Rows = Mapping[tuple[str, str, str], dict[Any, Any]]


@dataclass(frozen=True)
class Release:
    """Figures of one issue as the shareable edition shows them: its clocks, what is shown, and its published rows."""

    run_id: str
    week: str
    data_date: str
    as_of: str
    outcome: str
    shown: Counts
    rows: Rows

    def count(self, key: str, stratum: str) -> int | None:
        """A shown count; None where it is hidden."""
        return self.shown.get(key, {}).get(stratum)

    def row(self, measure: str, stratum: str, window: str | None) -> dict[Any, Any] | None:
        """The published row of a figure of all infection classes; None when it was not computed."""
        return self.rows.get((measure, stratum, window or ""))


def newest_release(issues: pd.DataFrame, minimum: int) -> Release | None:
    """The release that stands after the last issue; None when no issue could show anything.

    `issues` are the published estimates of the issues that may release, oldest first, with `outcome` of the run.
    """
    made = all_releases(issues, minimum)
    return made[-1] if made else None


def all_releases(issues: pd.DataFrame, minimum: int) -> list[Release]:
    """Every release along some issues, oldest first: each masked against all before it."""
    made: list[Release] = []
    for run_id, estimates in issues.groupby("run_id", sort=False):
        rows = rows_by_place(estimates)
        shown = masked_counts(counts_of(rows), [release.shown for release in made], minimum)
        if moves(shown, made[-1].shown if made else None, minimum):
            made.append(release_of(str(run_id), estimates, rows, shown))
    return made


def release_of(run_id: str, estimates: pd.DataFrame, rows: Rows, shown: Counts) -> Release:
    """A release with the clocks of its issue."""
    first = estimates.iloc[0]
    return Release(
        run_id=run_id,
        week=str(first["week"]),
        data_date=day_text(first["data_date"]),
        as_of=instant_text(first["as_of"]),
        outcome=str(first["outcome"]),
        shown=shown,
        rows=rows,
    )


def day_text(value: object) -> str:
    """A date as ISO text, whatever type the frame has."""
    return str(pd.Timestamp(str(value)).date().isoformat())


def instant_text(value: object) -> str:
    """An instant as UTC text to the second, whatever type the frame has."""
    return str(pd.to_datetime(str(value), utc=True).strftime("%Y-%m-%dT%H:%M:%SZ"))


def counts_of(rows: Rows) -> dict[str, dict[str, int]]:
    """Every count that the shareable edition may look at, by family and stratum."""
    return {family.key: dict(family_counts(rows, family)) for family in FAMILIES}


def family_counts(rows: Rows, family: Family) -> Iterator[tuple[str, int]]:
    """Strata of a family that have a count."""
    for stratum in STRATA:
        row = rows.get((family.measure, stratum, family.window or ""))
        if row is not None and not is_missing(row[family.part]):
            yield stratum, int(row[family.part])


def rows_by_place(estimates: pd.DataFrame) -> Rows:
    """Figures of all infection classes together, by measure, stratum and window (empty: none)."""
    of_all = estimates[estimates["infection_class"].isna() | (estimates["infection_class"] == ALL)]
    rows = of_all[of_all["measure"].isin(MEASURES)].to_dict("records")
    return {
        (row["measure"], row["stratum"], "" if is_missing(row["window_name"]) else row["window_name"]): row
        for row in rows
    }
