"""From the counts of a week to its published figures.

``weekly_figures`` is what the weekly run calls: frames of ``counts`` in, frames of ``published`` out, without the
columns that name the run. The same counts give the same frames, cell by cell: rows have a fixed order, sums are exact,
reals have 12 significant digits. No p values: tests belong to a dated analysis (statistics.md 1.7).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TypedDict

import pandas as pd

from metrics.associations import conditional_odds_ratio
from metrics.curve_rows import curve_rows, incidence_rows, median_day_rows, strata_of
from metrics.errors import CountsRejected
from metrics.estimate_rows import density_ratio_rows, infection_rows, proportion_rows, unfinished
from metrics.event_rows import event_rows
from metrics.figure_order import Row, joined, published_frame
from metrics.mean_count_rows import mean_count_rows

ESTIMATE_COLUMNS = (
    "measure", "stratum", "window_name", "infection_class", "numerator", "denominator", "denominator_unit", "value",
    "lower", "upper", "level", "method", "status", "note",
)  # fmt: skip
CURVE_COLUMNS = ("measure", "stratum", "infection_class", "day", "at_risk", "value", "lower", "upper")
TWO_BY_TWO_COLUMNS = (
    "measure", "exposure", "outcome", "exposed_events", "exposed_without", "unexposed_events", "unexposed_without",
    "estimate", "lower", "upper", "level", "method", "unknown_events", "unknown_without", "note",
)  # fmt: skip
ESTIMATE_KEYS = ("measure", "stratum", "window_name", "infection_class")
STATUSES = ("final", "provisional", "incomplete", "reconstructed")
SEED_READ_DAYS: Mapping[str, int] = MappingProxyType({"early": 30, "late": 90})
NO_BOUND = "without bound above"


@dataclass(frozen=True)
class Counts:
    """The frames of ``counts`` that figures are made of, as ``warehouse.read`` gives them."""

    proportions: pd.DataFrame
    infections: pd.DataFrame
    person_first_infection: pd.DataFrame
    two_by_two: pd.DataFrame
    sensitivity_shares: pd.DataFrame
    event_rates: pd.DataFrame
    person_infections: pd.DataFrame


COUNT_RELATIONS = tuple(field.name for field in fields(Counts))


@dataclass(frozen=True)
class Figures:
    """Frames for ``published.estimates``, ``published.curves`` and ``published.two_by_two`` without run columns."""

    estimates: pd.DataFrame
    curves: pd.DataFrame
    two_by_two: pd.DataFrame


class _RunWords(TypedDict):
    """What every row of a run is told."""

    status: str
    level: float
    provisional: frozenset[tuple[str, str]]


def weekly_figures(
    counts: Counts, *, status: str = "final", level: float = 0.95, read_days: Mapping[str, int] = SEED_READ_DAYS
) -> Figures:
    """All figures of a week.

    ``status`` is the run's: ``incomplete`` when the ledger lacks data; rows of a ``final`` run whose window is not
    over become ``provisional``. ``read_days`` gives the last day of each window after day 0; curves run to the last.

    Raises:
        CountsRejected: an unknown status, or counts that cannot be (more events than patients).
        LevelRejected: level is outside (0, 1).
    Source: contracts.md 5; statistics.md 4 (a).
    """
    if status not in STATUSES:
        raise CountsRejected(f"status: expected one of {', '.join(STATUSES)}")
    persons = counts.person_first_infection
    strata = strata_of(counts.proportions, counts.infections, persons)
    provisional = unfinished(counts.proportions)
    given: _RunWords = {"status": status, "level": level, "provisional": provisional}
    rows = [
        *infection_rows(counts.infections, **given),
        *density_ratio_rows(counts.infections, **given),
        *proportion_rows(counts.proportions, status=status, level=level),
        *incidence_rows(persons, strata=strata, read_days=read_days, **given),
        *median_day_rows(persons, strata=strata, read_days=read_days, **given),
    ]
    means, mean_points = mean_count_rows(counts.person_infections, strata=strata, read_days=read_days, **given)
    rows += [
        *means,
        *proportion_rows(counts.sensitivity_shares, status=status, level=level),
        *event_rows(counts.event_rates, status=status, level=level),
    ]
    points = curve_rows(persons, strata=strata, last_day=max(read_days.values()), level=level) + mean_points
    return Figures(
        estimates=published_frame(_distinct(rows), ESTIMATE_COLUMNS, ESTIMATE_KEYS),
        curves=published_frame(points, CURVE_COLUMNS, ("measure", "stratum", "infection_class", "day")),
        two_by_two=published_frame(
            association_rows(counts.two_by_two, level=level), TWO_BY_TWO_COLUMNS, ("measure", "exposure", "outcome")
        ),
    )


def association_rows(tables: pd.DataFrame, *, level: float) -> list[Row]:
    """The conditional odds ratio of every row of ``counts.two_by_two``; unknown exposure stays outside the cells.

    ``estimate`` is None when a row or column is empty; an infinite limit is None with a note.

    >>> tables = pd.DataFrame({"measure": ["bridging_association"], "exposure": ["bridging_other_than_fc"],
    ...     "outcome": ["infected_early"], "exposed_events": [12], "exposed_without": [17], "unexposed_events": [4],
    ...     "unexposed_without": [23], "unknown_events": [0], "unknown_without": [0]})
    >>> round(association_rows(tables, level=0.95)[0]["estimate"], 2)
    3.96
    """
    rows: list[Row] = []
    for table in tables.itertuples(index=False):
        cells = (
            int(table.exposed_events), int(table.exposed_without),
            int(table.unexposed_events), int(table.unexposed_without),
        )  # fmt: skip
        found = conditional_odds_ratio(cells, level=level)
        unknown = int(table.unknown_events) + int(table.unknown_without)
        rows.append({
            "measure": table.measure, "exposure": table.exposure, "outcome": table.outcome,
            "exposed_events": cells[0], "exposed_without": cells[1], "unexposed_events": cells[2],
            "unexposed_without": cells[3], "estimate": found.estimate, "lower": found.lower, "upper": found.upper,
            "level": level, "method": found.method, "unknown_events": int(table.unknown_events),
            "unknown_without": int(table.unknown_without),
            "note": joined(found.note, NO_BOUND if found.upper == math.inf else "",
                           f"{unknown} with unknown exposure outside the cells" if unknown else ""),
        })  # fmt: skip
    return rows


def _distinct(rows: list[Row]) -> list[Row]:
    """One row per key: what ``counts.infections`` counts by stratum, window and class wins over a repeated total."""
    kept: dict[tuple[object, ...], Row] = {}
    for row in rows:
        kept.setdefault(tuple(row.get(name) for name in ESTIMATE_KEYS), row)
    return list(kept.values())
