"""Step curves by stratum with limits and the numbers at risk under them.

A curve ends where fewer than ten are at risk (statistics 9): beyond, one event would move it by a tenth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import markupsafe
import pandas as pd

from reports.figures_text import count, interval, is_missing, percent, significant
from reports.svg import Frame, Scale, axis_below, axis_left, element, label, mark, nice_top, picture
from reports.words import STRATA

__all__ = ["FEWEST_AT_RISK", "CurvePlot", "curve_picture", "highest_limit"]

FEWEST_AT_RISK = 10
WIDE, SMALL = 480.0, 350.0
HEIGHT, LEFT, RIGHT, TOP = 210.0, 66.0, 12.0, 34.0
RISK_ROW = 17.0
LABEL_GAP = 14.0
RISK_DAYS = {WIDE: (0, 14, 30, 45, 60, 75, 90), SMALL: (0, 30, 60, 90)}
DAYS = {WIDE: (0, 7, 14, 30, 60, 90), SMALL: (0, 14, 30, 60, 90)}


@dataclass(frozen=True)
class CurvePlot:
    """What a picture shows: rows of published.curves of one measure and class, and its words.

    `top` is the highest value of the axis, in percent where `as_percent`; pictures side by side share it. `is_small`
    makes one of several that stand in a row.
    """

    points: pd.DataFrame
    title: str
    alternative: str
    top: float
    as_percent: bool = True
    is_small: bool = False
    strata: tuple[str, ...] = ("no", "yes")


def drawn(points: pd.DataFrame, stratum: str) -> pd.DataFrame:
    """The points of a stratum to the last day with enough patients at risk."""
    rows = points[points["stratum"] == stratum].sort_values("day", kind="stable")
    enough = rows["at_risk"].astype("Float64").fillna(0) >= FEWEST_AT_RISK
    return rows[enough & rows["value"].notna()]


def highest_limit(points: pd.DataFrame, *, as_percent: bool = True) -> float:
    """The highest upper limit that a plot of both strata shows, for an axis that pictures can share."""
    tops = [0.0]
    for stratum in ("no", "yes"):
        rows = drawn(points, stratum)
        tops += [float(value) for column in ("value", "upper") for value in rows[column].dropna()]
    return max(tops) * (100.0 if as_percent else 1.0)


def curve_picture(plot: CurvePlot) -> markupsafe.Markup | None:
    """The picture, or None where no stratum has ten patients at risk on any day."""
    curves = {stratum: drawn(plot.points, stratum) for stratum in plot.strata}
    curves = {stratum: rows for stratum, rows in curves.items() if not rows.empty}
    if not curves:
        return None
    ticks = nice_top(plot.top)
    width = SMALL if plot.is_small else WIDE
    frame = Frame(Scale(0, 91, LEFT, width - RIGHT), Scale(0, ticks[-1], HEIGHT, TOP))
    parts = [
        *axis_left(frame, ticks, plot.title, " %" if plot.as_percent else ""),
        *axis_below(frame, DAYS[width], "day after the first infusion"),
    ]
    for stratum, rows in curves.items():
        parts += [band(frame, plot, rows, stratum), line(frame, plot, rows, stratum)]
    for stratum, rows in curves.items():
        parts += events(frame, plot, rows, stratum)
    parts += ends(frame, plot, curves)
    parts += numbers_at_risk(frame, plot.points, tuple(curves), RISK_DAYS[width])
    return picture((width, HEIGHT + 66 + RISK_ROW * len(curves)), plot.alternative, parts)


def height_of(plot: CurvePlot, value: object) -> float:
    """A value on the axis of the plot."""
    return float(value) * (100.0 if plot.as_percent else 1.0)  # type: ignore[arg-type]


def steps(frame: Frame, plot: CurvePlot, rows: pd.DataFrame, column: str) -> list[tuple[float, float]]:
    """Corners of a step curve: level until the next day with another value, then up."""
    corners: list[tuple[float, float]] = []
    for day, value in zip(rows["day"], rows[column].fillna(rows["value"]), strict=True):
        at = frame.y(height_of(plot, value))
        if corners and corners[-1][1] != at:
            corners.append((frame.x(float(day)), corners[-1][1]))
        if not corners or corners[-1][1] != at:
            corners.append((frame.x(float(day)), at))
    corners.append((frame.x(float(rows["day"].iloc[-1]) + 1), corners[-1][1]))
    return corners


def path(corners: Sequence[tuple[float, float]]) -> str:
    """Corners as path data."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners)


def line(frame: Frame, plot: CurvePlot, rows: pd.DataFrame, stratum: str) -> markupsafe.Markup:
    """The curve."""
    return element("path", d=path(steps(frame, plot, rows, "value")), class_=f"curve s-{stratum}")


def band(frame: Frame, plot: CurvePlot, rows: pd.DataFrame, stratum: str) -> markupsafe.Markup:
    """The limits of the curve, day by day."""
    upper = steps(frame, plot, rows, "upper")
    lower = steps(frame, plot, rows, "lower")
    return element("path", d=path(upper + lower[::-1]) + "Z", class_=f"band s-{stratum}")


def ends(frame: Frame, plot: CurvePlot, curves: Mapping[str, pd.DataFrame]) -> list[markupsafe.Markup]:
    """The value at the end of each curve, so that colour is not the only key; labels make room for each other."""
    write = percent if plot.as_percent else significant
    lowest_first = sorted(curves.items(), key=lambda item: float(item[1]["value"].iloc[-1]))
    labels, floor = [], frame.y.start
    for stratum, rows in lowest_first:
        last = rows.iloc[-1]
        floor = min(frame.y(height_of(plot, last["value"])) - 5, floor - LABEL_GAP)
        x = frame.x(float(last["day"]) + 1)
        labels.append(
            label(f"{SHORT[stratum]} {write(last['value'])}", x, floor, f"end s-{stratum}", text_anchor="end")
        )
    return labels


SHORT = {"no": "without", "yes": "with", "unknown": "unknown", "all": "all"}


def events(frame: Frame, plot: CurvePlot, rows: pd.DataFrame, stratum: str) -> list[markupsafe.Markup]:
    """A mark on every day on which the curve rises."""
    marks, before = [], 0.0
    write = percent if plot.as_percent else significant
    for row in rows.itertuples():
        if float(row.value) == before:
            continue
        before = float(row.value)
        limits = "" if is_missing(row.lower) else f" ({interval(row.lower, row.upper, as_percent=plot.as_percent)})"
        tip = f"day {row.day}, {STRATA[stratum]}: {write(row.value)}{limits}; {count(row.at_risk)} at risk"
        x, y = frame.x(float(row.day)), frame.y(height_of(plot, row.value))
        marks.append(
            mark(
                tip,
                element("circle", cx=x, cy=y, r=9, class_="target"),
                element("circle", cx=x, cy=y, r=2.6, class_=f"dot s-{stratum}"),
            )
        )
    return marks


def numbers_at_risk(
    frame: Frame, points: pd.DataFrame, strata: Sequence[str], days: Sequence[int]
) -> list[markupsafe.Markup]:
    """One row of counts a stratum, under the days they belong to."""
    top = HEIGHT + 58
    parts = [label("at risk", 0, top, "axis-title")]
    for row_number, stratum in enumerate(strata, start=1):
        y = top + RISK_ROW * row_number - 2
        rows = points[points["stratum"] == stratum].set_index("day")["at_risk"]
        parts.append(label(SHORT[stratum], 0, y, f"end s-{stratum}"))
        parts += [label(count(rows[day]), frame.x(day), y, "tick", text_anchor="middle") for day in days if day in rows]
    return parts
