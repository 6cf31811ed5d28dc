"""The shareable edition: a page made of what may leave the hospital and nothing else.

It has a template of its own on purpose. What the internal page learns to show tomorrow does not come here by itself:
every figure below is asked for by name and comes through `reports.releases`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reports.bundle import WeeklyBundle
from reports.figures_text import DASH, count, interval, is_missing, percent, significant
from reports.masking import ALL, BY_KEY
from reports.page import style, template
from reports.releases import Release, newest_release
from reports.words import MEASURES, STRATA, WINDOWS

__all__ = ["HIDDEN", "Figure", "Line", "render_shareable", "shareable_lines"]

HIDDEN = "hidden"
DIGITS_OF_A_RATE = 2
STRATUM_ORDER = (ALL, "no", "yes", "unknown")
POPULATIONS = (("complete", "Followed to day 30"), ("infused", "Infused"))
SHARES = ("infected_early", "infected_late", "progressed", "died")
RATES = ("events_early", "events_late")


@dataclass(frozen=True)
class Figure:
    """A number in print. `value` is as in the files, None where it is hidden or undefined; `name` says what it is."""

    text: str
    value: str | None
    name: str


@dataclass(frozen=True)
class Line:
    """A row of a table: what, of whom, and its figures in order."""

    title: str
    stratum: str
    figures: tuple[Figure, ...]


def render_shareable(bundle: WeeklyBundle, *, minimum: int) -> str:
    """The shareable edition as one HTML document; without a release it says so. Same bundle, same bytes.

    minimum: the smallest count of patients or episodes that may be shown (report.minimum_cell).
    """
    issues = own_issue(bundle) if bundle.history is None else bundle.history
    release = newest_release(issues, minimum) if len(issues) else None
    return template("shareable.html").render(
        css=style(),
        header=bundle.header,
        minimum=minimum,
        release=release,
        population_titles=[title for _, title in POPULATIONS],
        populations=list(population_lines(release)) if release else [],
        shares=list(share_lines(release)) if release else [],
        rates=list(rate_lines(release)) if release else [],
        benchmarks=benchmark_rows(bundle),
        notes=bundle.notes,
    )


def shareable_lines(release: Release | None) -> list[Line]:
    """Every line of the page's tables, in order; none without a release."""
    if release is None:
        return []
    return [*population_lines(release), *share_lines(release), *rate_lines(release)]


def own_issue(bundle: WeeklyBundle) -> pd.DataFrame:
    """The week's own figures as the only issue there is."""
    header = bundle.header
    clocks = {"run_id": header.run_id, "week": header.week, "data_date": header.data_date, "as_of": header.as_of}
    return bundle.estimates.assign(**clocks, outcome=header.outcome)


def population_lines(release: Release) -> Iterator[Line]:
    """How many patients the figures are of. Strata stand where one of the counts is split."""
    split = [key for key, _ in POPULATIONS if len(release.shown.get(key, {})) > 1]
    for stratum in STRATUM_ORDER if split else (ALL,):
        figures = tuple(counted(release, key, stratum) for key, _ in POPULATIONS)
        yield Line(STRATA[stratum].capitalize(), stratum, figures)


def share_lines(release: Release) -> Iterator[Line]:
    """Each share with its counts. It stands whole or not at all: percent and interval give the count back."""
    for key in SHARES:
        family = BY_KEY[key]
        title = f"{MEASURES[family.measure]}, {WINDOWS[str(family.window)]}"
        for stratum in strata_of(release, key):
            row = release.row(family.measure, stratum, family.window)
            if row is None or release.count(key, stratum) is None:
                yield Line(title, STRATA[stratum], (Figure(HIDDEN, None, f"{key}/{stratum}"),) * 4)
            else:
                counts = (counted(release, key, stratum), counted(release, str(family.base), stratum))
                yield Line(title, STRATA[stratum], counts + share_figures(row, key, stratum))


def share_figures(row: dict[Any, Any], key: str, stratum: str) -> tuple[Figure, Figure]:
    """Percent and interval of a share; a count that is no share in the files has neither."""
    name = f"{key}/{stratum}"
    if not str(row["measure"]).endswith("_proportion"):
        return Figure(DASH, None, name), Figure(DASH, None, name)
    limits = interval(row["lower"], row["upper"], as_percent=True)
    return figure(row["value"], percent(row["value"]), f"{name}/value"), Figure(limits, None, f"{name}/interval")


def rate_lines(release: Release) -> Iterator[Line]:
    """Infections and their density, to two digits: with three the person-days follow, and who was followed shorter."""
    for key in RATES:
        family = BY_KEY[key]
        for stratum in strata_of(release, key):
            name, title = f"{key}/{stratum}", WINDOWS[str(family.window)].capitalize()
            row = release.row("infection_density", stratum, family.window)
            if row is None or release.count(key, stratum) is None:
                yield Line(title, STRATA[stratum], (Figure(HIDDEN, None, name),) * 3)
                continue
            ends = [rounded(row[part]) for part in ("lower", "upper")]
            figures = (
                counted(release, key, stratum),
                Figure(rounded(row["value"]), None, f"{name}/value"),
                Figure("–".join(ends) if DASH not in ends else DASH, None, f"{name}/interval"),
            )
            yield Line(title, STRATA[stratum], figures)


def rounded(value: object) -> str:
    """A rate with two significant digits."""
    return significant(value, DIGITS_OF_A_RATE)


def strata_of(release: Release, key: str) -> Sequence[str]:
    """The strata that a family is listed with: all that are shown; where none is, the whole alone, as hidden."""
    shown = release.shown.get(key, {})
    return [stratum for stratum in STRATUM_ORDER if stratum in shown] or [
        ALL if BY_KEY[key].key != "progressed" else "yes"
    ]


def counted(release: Release, key: str, stratum: str) -> Figure:
    """A count, or the word that it is hidden."""
    number = release.count(key, stratum)
    return (
        Figure(HIDDEN, None, f"{key}/{stratum}")
        if number is None
        else figure(number, count(number), f"{key}/{stratum}")
    )


def figure(value: object, text: str, name: str) -> Figure:
    """A number with its value as the files have it."""
    return Figure(text, None if is_missing(value) else f"{value:.12g}", name)


def benchmark_rows(bundle: WeeklyBundle) -> list[dict[str, str]]:
    """Published studies: facts that anybody can read elsewhere."""
    return [
        {str(name): "" if is_missing(value) else str(value) for name, value in row.items()}
        for row in bundle.benchmarks.to_dict("records")
    ]
