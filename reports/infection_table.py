"""Infections by class and window, one table a stratum: patients, events, density with limits, severe ones, deaths.

All classes of a window share its person-days, so these stand over its columns. Zero rows keep their upper limit.
"""

from __future__ import annotations

import pandas as pd

from reports.figure_lookup import STRATUM_ORDER, Row, ordered, rows_of
from reports.figures_text import count, is_missing, percent
from reports.printed import Body, Cell, Heading, Printed, Table, counted, limits, printed, rate, words
from reports.words import CLASSES, WINDOWS, stratum_title

__all__ = ["infection_tables"]

MEASURES = (
    "infected_patients",
    "infection_events",
    "infection_density",
    "severe_events",
    "infection_deaths",
    "listed_events",
    "late_contact_proportion",
)
SHOWN_WINDOWS = ("look_back", "early", "late")
ENOUGH_CONTACT = 0.8
Places = dict[tuple[str, str, str, str], Row]


def infection_tables(estimates: pd.DataFrame) -> list[Table]:
    """One table for each stratum that has a density, without pre-existing infection first."""
    places: Places = {
        (measure, row["stratum"], str(row["window_name"]), class_of(row)): row
        for measure in MEASURES
        for row in rows_of(estimates, measure)
    }
    strata = [stratum for measure, stratum, _, _ in places if measure == "infection_density"]
    return [stratum_table(places, stratum) for stratum in ordered(strata, STRATUM_ORDER)]


def class_of(row: Row) -> str:
    """The class of a row; a figure of all classes may leave it open."""
    return "all" if is_missing(row["infection_class"]) else str(row["infection_class"])


def stratum_table(places: Places, stratum: str) -> Table:
    """Classes as rows, windows as groups of columns."""
    windows = [w for w in SHOWN_WINDOWS if ("infection_density", stratum, w, "all") in places]
    classes = {klass for measure, s, _, klass in places if s == stratum and measure != "late_contact_proportion"}
    counted_rows = [
        (
            words(CLASSES.get(k, k).capitalize()),
            *(cell for w in windows for cell in window_cells(places, stratum, w, k)),
        )
        for k in ordered(sorted(classes - listed(places, stratum)), tuple(CLASSES))
    ]
    listed_rows = [
        (words(CLASSES.get(k, k)), *(cell for w in windows for cell in listed_cells(places, stratum, w, k)))
        for k in ordered(sorted(listed(places, stratum)), tuple(CLASSES))
    ]
    title = stratum_title(stratum)
    headings = [Heading("Class")]
    for window in windows:
        css = hatched(places, stratum, window)
        headings += [Heading("Patients", True, css=f"first {css}".strip()), Heading("Events", True, css=css)]
        headings += [Heading("per 100 days", True, css=css)]
        headings += [Heading(name, True, css=css) for name in ("Severe", "Deaths")[: 1 + has_deaths(places, window)]]
    return Table(
        key=f"infections-{stratum.replace(':', '-')}",
        caption=title,
        headings=tuple(headings),
        groups=(Heading(""), *(window_heading(places, stratum, window) for window in windows)),
        bodies=(Body(tuple(counted_rows)), Body(tuple(listed_rows), "Listed, not counted")),
        css=f"classes s-{stratum}",
    )


def listed(places: Places, stratum: str) -> set[str]:
    """Classes that are listed and never counted."""
    return {klass for measure, s, _, klass in places if s == stratum and measure == "listed_events"}


def has_deaths(places: Places, window: str) -> bool:
    """False for the window before the infusion: nobody who died in it has a day 0."""
    return any(measure == "infection_deaths" and w == window for measure, _, w, _ in places)


def hatched(places: Places, stratum: str, window: str) -> str:
    """The late window is hatched where fewer than eight in ten were seen after day 60."""
    row = places.get(("late_contact_proportion", stratum, window, "all"))
    return "thin" if row is not None and not is_missing(row["value"]) and row["value"] < ENOUGH_CONTACT else ""


def window_heading(places: Places, stratum: str, window: str) -> Heading:
    """The window, its person-days, and over the late one the share seen after day 60."""
    density = places["infection_density", stratum, window, "all"]
    pieces: list[str | Printed] = [counted(density, "denominator"), " person-days"]
    row = places.get(("late_contact_proportion", stratum, window, "all"))
    if row is not None:
        seen = printed(row, "value", percent(row["value"]))
        pieces += ["; ", counted(row), "/", counted(row, "denominator"), " = ", seen, " seen after day 60"]
    css = f"first {hatched(places, stratum, window)}".strip()
    return Heading(WINDOWS[window], span=4 + has_deaths(places, window), css=css, pieces=tuple(pieces))


def window_cells(places: Places, stratum: str, window: str, klass: str) -> tuple[Cell, ...]:
    """Patients, events, density, severe events and deaths of a class in a window."""

    def number(measure: str, css: str = "") -> Cell:
        row = places.get((measure, stratum, window, klass))
        return Cell((counted(row),), css=css)

    thin = hatched(places, stratum, window)
    density = places.get(("infection_density", stratum, window, klass))
    return (
        number("infected_patients", f"first {thin}".strip()),
        number("infection_events", thin),
        density_cell(density, thin),
        number("severe_events", thin),
        *((number("infection_deaths", thin),) if has_deaths(places, window) else ()),
    )


def density_cell(row: Row | None, css: str) -> Cell:
    """Density with its limits; of no event, how many could still be compatible."""
    if row is None or is_missing(row["value"]):
        return Cell((count(None) if row is None else rate(row),), css=css)
    return Cell((rate(row),), css=css, under=limits(row, as_percent=False))


def listed_cells(places: Places, stratum: str, window: str, klass: str) -> tuple[Cell, ...]:
    """A listed class has events only."""
    row = places.get(("listed_events", stratum, window, klass))
    thin = hatched(places, stratum, window)
    empty = (Cell(("",), css=thin),) * (2 + has_deaths(places, window))
    return (Cell(("",), css=f"first {thin}".strip()), Cell((counted(row),), css=thin), *empty)
