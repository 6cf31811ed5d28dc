"""Curves with the tables that say the same: cumulative incidence, death before it, mean number of infections, weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import markupsafe
import pandas as pd

from reports.figure_lookup import STRATUM_ORDER, Row, ordered, rows_of
from reports.figures_text import is_missing
from reports.plot_curves import CurvePlot, curve_picture, highest_limit
from reports.plot_weeks import week_number, weeks_picture
from reports.printed import Body, Cell, Printed, Table, columns, counted, limits, printed, rate, share, text, words
from reports.words import CLASSES, STRATA, WINDOWS

__all__ = [
    "Panel",
    "first_infection_panels",
    "incidence_table",
    "mean_panel",
    "median_table",
    "weeks_panel",
    "weeks_table",
]

READ_DAYS = (7, 14, 30, 60, 90)
INFECTION, DEATH, MEAN = "cumulative_incidence", "cumulative_incidence_of_death", "mean_cumulative_count"
SMALL_CLASSES = ("bacterial", "viral", "fungal")


@dataclass(frozen=True)
class Panel:
    """A picture with its title. `picture` is None where too few are at risk, or where numbers are hidden."""

    title: str
    picture: markupsafe.Markup | None


def chosen(curves: pd.DataFrame, measure: str, klass: str) -> pd.DataFrame:
    """The points of one measure and class."""
    return curves[(curves["measure"] == measure) & (curves["infection_class"] == klass)]


def first_infection_panels(curves: pd.DataFrame) -> list[Panel]:
    """First infection, death before it on the same axis, then the classes small, on an axis of their own."""
    pair = [(measure, chosen(curves, measure, "all")) for measure in (INFECTION, DEATH)]
    top = max(highest_limit(points) for _, points in pair)
    panels = [panel(TITLES[measure], points, top) for measure, points in pair]
    small = [(klass, chosen(curves, INFECTION, klass)) for klass in SMALL_CLASSES]
    top = max(highest_limit(points) for _, points in small)
    shown = [(klass, points) for klass, points in small if not points.empty]
    return panels + [panel(f"First {CLASSES[k]} infection", points, top, is_small=True) for k, points in shown]


TITLES = {INFECTION: "First infection", DEATH: "Death before an infection"}


def panel(title: str, points: pd.DataFrame, top: float, *, as_percent: bool = True, is_small: bool = False) -> Panel:
    """One picture of step curves."""
    words_of_it = (
        f"{title}: step curves by stratum with 95 % limits and the numbers at risk; values in the table below."
    )
    axis = "% of patients" if as_percent else "infections per patient"
    plot = CurvePlot(points, axis, words_of_it, top, as_percent=as_percent, is_small=is_small)
    return Panel(title, curve_picture(plot))


def mean_panel(curves: pd.DataFrame) -> Panel:
    """The mean number of infections per patient."""
    points = chosen(curves, MEAN, "all")
    return panel("By stratum, with 95 % limits", points, highest_limit(points, as_percent=False), as_percent=False)


def incidence_table(curves: pd.DataFrame) -> Table:
    """Cumulative incidence and death through fixed days, with the number at risk, by stratum and class."""
    bodies = []
    points = curves[curves["measure"].isin((INFECTION, DEATH))]
    found = {(r["measure"], r["stratum"], r["infection_class"], r["day"]): r for r in points.to_dict("records")}
    for stratum in ordered(list(points["stratum"]), STRATUM_ORDER):
        rows = []
        for klass in ordered(list(points["infection_class"]), tuple(CLASSES)):
            for day in READ_DAYS:
                row = found.get((INFECTION, stratum, klass, day))
                if row is not None:
                    rows.append(incidence_row(row, found.get((DEATH, stratum, klass, day)), klass, day))
        bodies.append(Body(tuple(rows), STRATA.get(stratum, stratum).capitalize()))
    return Table(
        key="incidence-values",
        caption="Aalen-Johansen, death without infection competing, log-log 95 % limits. At risk: that morning.",
        headings=columns(
            "First infection", "#Through day", "#At risk", "#Incidence", "#95 % CI", "#Died before", "#95 % CI"
        ),
        bodies=tuple(bodies),
        nothing="No curve was computed.",
    )


def incidence_row(row: Row, death: Row | None, klass: str, day: int) -> tuple[Cell, ...]:
    """One day of a class."""
    cells = [words(CLASSES.get(klass, klass)), words(str(day))]
    cells += [Cell((counted(row, "at_risk", source="curves"),)), Cell((share(row, source="curves"),))]
    cells += [Cell(limits(row, as_percent=True, source="curves"))]
    if death is None:
        return (*cells, words("–"), words("–"))
    return (*cells, Cell((share(death, source="curves"),)), Cell(limits(death, as_percent=True, source="curves")))


def median_table(estimates: pd.DataFrame) -> Table:
    """Median day of the first infection and mean number of infections, by stratum and window."""
    medians = rows_of(estimates, "first_infection_day_median")
    means = {(row["stratum"], row["window_name"]): row for row in rows_of(estimates, MEAN)}
    rows = []
    for stratum in ordered([row["stratum"] for row in medians], STRATUM_ORDER):
        for row in medians:
            if row["stratum"] == stratum:
                rows.append(summary_row(row, means.get((stratum, row["window_name"]))))
    return Table(
        key="first-day",
        caption="Among the infected; mean number with death ending the count (Ghosh-Lin), limits by bootstrap.",
        headings=columns(
            "Stratum", "Through", "#Infected", "#Median day", "Quartiles", "#Mean infections per patient", "#95 % CI"
        ),
        bodies=(Body(tuple(rows)),),
        nothing="No infection day was computed.",
    )


def summary_row(row: Row, mean: Row | None) -> tuple[Cell, ...]:
    """One stratum and window."""
    through = WINDOWS.get(str(row["window_name"]), str(row["window_name"])).replace("day 31 to 90", "day 0 to 90")
    quartiles = text(row["note"]).partition("quartiles ")[2].replace(" and ", " to ")
    cells = [words(STRATA.get(row["stratum"], row["stratum"])), words(through), Cell((counted(row),))]
    cells += [Cell((median(row),)), words(quartiles or "–")]
    if mean is None:
        return (*cells, words("–"), words("–"))
    return (*cells, Cell((rate(mean),)), Cell(limits(mean, as_percent=False)))


def median(row: Row) -> Printed:
    """A median day, whole or half."""
    return printed(row, "value", "–" if is_missing(row["value"]) else f"{float(row['value']):g}")


def weeks_panel(estimates: pd.DataFrame) -> Panel:
    """Bars of events over person-days."""
    weekly = estimates[estimates["measure"] == "weekly_infection_density"]
    return Panel("Infections, and the person-days at risk they came from", weeks_picture(weekly))


def weeks_table(estimates: pd.DataFrame) -> Table:
    """The same in numbers, one row a week with the events of each stratum."""
    rows = {(r["stratum"], week_number(r["window_name"])): r for r in rows_of(estimates, "weekly_infection_density")}
    weeks: Sequence[int] = sorted({week for _, week in rows})
    body = []
    for week in weeks:
        row = rows.get(("all", week))
        if row is not None:
            partial = " (part)" if "only some days" in text(row["note"]) else ""
            cells = [Cell((f"{week}{partial}".replace("-", "−"),), order=str(week))]
            cells += [Cell((counted(rows.get((stratum, week))),)) for stratum in ("no", "yes", "unknown")]
            cells += [Cell((counted(row),)), Cell((counted(row, "denominator"),))]
            body.append((*cells, Cell((rate(row),)), Cell(limits(row, as_percent=False))))
    return Table(
        key="weeks-values",
        caption="Week 0 begins on day 0. Events per 100 patient-days with exact Poisson 95 % limits.",
        headings=columns(
            "Week", "#Without", "#With", "#Unknown", "#All events", "#Person-days", "#per 100 days", "#95 % CI"
        ),
        bodies=(Body(tuple(body)),),
        nothing="No week was computed.",
    )
