"""The main figures over the issued weeks: read from the files that were issued, drawn as small line charts.

Nothing is computed again: a point is the value that stands in the `figures.csv` of its week.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from reports.figures_text import count, fraction, interval, percent, significant
from reports.words import STRATA, WINDOWS

__all__ = ["MAIN_FIGURES", "Dot", "MainFigure", "Panel", "WeekPoint", "read_main_figures", "trend_panels"]

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 340, 170, 44, 14, 12, 26
LABELS = 6
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class MainFigure:
    """A figure that the index follows; `kind` says how it is written: count, share or rate."""

    title: str
    measure: str
    stratum: str
    window: str
    kind: str

    @property
    def heading(self) -> str:
        """Title with stratum, as a table's column says it."""
        return self.title if self.stratum == "all" else f"{self.title}, {STRATA[self.stratum]}"


MAIN_FIGURES = (
    MainFigure("Patients infused", "patients_infused", "all", "", "count"),
    MainFigure(f"Infected, {WINDOWS['early']}", "infected_proportion", "no", "early", "share"),
    MainFigure(f"Infections per 100 patient-days, {WINDOWS['early']}", "infection_density", "no", "early", "rate"),
    MainFigure(f"Progressed, {WINDOWS['early']}", "progression_proportion", "yes", "early", "share"),
)


@dataclass(frozen=True)
class WeekPoint:
    """A figure of one issued week as its file has it; None where the file holds none or it is undefined."""

    week: str
    data_date: str
    state: str
    value: float | None
    lower: float | None
    upper: float | None
    text: str


@dataclass(frozen=True)
class Dot:
    """A point on a chart, in its own coordinates, with the interval's ends (None: no interval) and what it says."""

    x: float
    y: float
    low: float | None
    high: float | None
    said: str
    is_whole: bool


@dataclass(frozen=True)
class Panel:
    """One chart. `lines` are drawn through, `jumps` are dashed: weeks between were not issued."""

    title: str
    summary: str
    dots: tuple[Dot, ...]
    lines: tuple[str, ...]
    jumps: tuple[str, ...]
    marks: tuple[tuple[float, str], ...]
    labels: tuple[tuple[float, str], ...]


def read_main_figures(folder: Path, entry: Mapping[str, str]) -> list[WeekPoint]:
    """The main figures of an issued week, in order, from its `figures.csv`."""
    path = folder / "figures.csv"
    rows: list[dict[str, str]] = []
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as stream:
            rows = [row for row in csv.DictReader(stream) if row["infection_class"] in ("", "all")]
    found = {(row["measure"], row["stratum"], row["window_name"]): row for row in rows}
    return [
        week_point(figure, found.get((figure.measure, figure.stratum, figure.window)), entry) for figure in MAIN_FIGURES
    ]


def week_point(figure: MainFigure, row: Mapping[str, str] | None, entry: Mapping[str, str]) -> WeekPoint:
    """One figure of one week with its text."""
    told = row or {}
    value, lower, upper = (number(told.get(name, "")) for name in ("value", "lower", "upper"))
    counts = number(told.get("numerator", "")), number(told.get("denominator", ""))
    text = {"count": count(value), "rate": significant(value), "share": f"{fraction(*counts)} = {percent(value)}"}
    limits = interval(lower, upper, as_percent=figure.kind == "share")
    said = text[figure.kind] if value is not None else "–"
    if value is not None and figure.kind != "count":
        said += f" (95 % CI {limits})"
    return WeekPoint(entry["week"], entry["data_date"], str(entry["outcome"]), value, lower, upper, said)


def number(text: str) -> float | None:
    """A field as a number, None when it is empty."""
    return float(text) if text else None


def trend_panels(weeks: Sequence[Sequence[WeekPoint]]) -> list[Panel]:
    """A chart for each main figure; `weeks` oldest first, each with its figures in order. Empty without a week."""
    return [panel(figure, [points[place] for points in weeks]) for place, figure in enumerate(MAIN_FIGURES) if weeks]


def panel(figure: MainFigure, points: Sequence[WeekPoint]) -> Panel:
    """Points at equal distance in order of weeks, the scale from zero."""
    top = ceiling(max((ends for point in points for ends in (point.value, point.upper) if ends is not None), default=1))
    step = (WIDTH - LEFT - RIGHT) / max(len(points) - 1, 1)
    xs = [round(LEFT + step * place, 1) for place in range(len(points))]
    placed = [(x, point) for x, point in zip(xs, points, strict=True) if point.value is not None]
    dots = [dot(x, point, top) for x, point in placed]
    days = [date.fromisoformat(point.data_date) for _, point in placed]
    paths = [f"M{start.x} {start.y}L{end.x} {end.y}" for start, end in pairwise(dots)]
    is_next = [after - before <= WEEK for before, after in pairwise(days)]
    every = math.ceil(len(points) / LABELS)
    return Panel(
        title=figure.heading,
        summary=f"Newest: {placed[-1][1].week}: {placed[-1][1].text}" if placed else "No value yet.",
        dots=tuple(dots),
        lines=tuple(path for path, follows in zip(paths, is_next, strict=True) if follows),
        jumps=tuple(path for path, follows in zip(paths, is_next, strict=True) if not follows),
        marks=tuple((scaled(share * top, top), tick(share * top, figure.kind)) for share in (0, 0.5, 1)),
        labels=tuple((xs[place], points[place].week) for place in range(len(points) - 1, -1, -every)),
    )


def dot(x: float, point: WeekPoint, top: float) -> Dot:
    """A point with its interval."""
    ends = [None if end is None else scaled(end, top) for end in (point.lower, point.upper)]
    return Dot(
        x=x,
        y=scaled(point.value or 0, top),
        low=ends[0],
        high=ends[1],
        said=f"{point.week}: {point.text}, {point.state}",
        is_whole=point.state == "complete",
    )


def scaled(value: float, top: float) -> float:
    """Height of a value on the chart, one decimal."""
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(value / top, 1), 1)


def ceiling(value: float) -> float:
    """The next round number: 1, 2, 5 or 10 times a power of ten.

    >>> ceiling(90), ceiling(0.42), ceiling(0)
    (100.0, 0.5, 1.0)
    """
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(float(f"{step * power:.6g}") for step in (1, 2, 5, 10) if value <= step * power * (1 + 1e-9))


def tick(value: float, kind: str) -> str:
    """A mark of the scale."""
    return f"{100 * value:g} %" if kind == "share" else f"{value:g}"
