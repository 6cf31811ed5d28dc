"""Estimates of a dated analysis on one logarithmic axis, each with its interval and the events behind it."""

from __future__ import annotations

import math
from typing import Any

import markupsafe
import pandas as pd

from reports.association_tables import exposure_of, term
from reports.figures_text import count, interval, is_missing, significant
from reports.svg import Frame, Scale, element, label, mark, picture

__all__ = ["forest_picture"]

WIDTH, NAME, LEFT, RIGHT, TOP, ROW = 960.0, 0.0, 480.0, 150.0, 26.0, 26.0
LONGEST = 84
LOWEST, HIGHEST = 0.05, 50.0
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20)


def forest_picture(effects: pd.DataFrame) -> markupsafe.Markup | None:
    """One line an effect that has an estimate; an interval beyond the axis ends in an arrow. None without any."""
    rows = [row for row in effects.to_dict("records") if not is_missing(row["estimate"]) and row["estimate"] > 0]
    if not rows:
        return None
    bottom = TOP + ROW * len(rows)
    frame = Frame(Scale(math.log(LOWEST), math.log(HIGHEST), LEFT, WIDTH - RIGHT), Scale(0, 1, bottom, TOP))
    parts = list(axis(frame, bottom))
    for place, row in enumerate(rows):
        parts.append(effect_row(frame, row, TOP + ROW * (place + 0.5)))
    words = f"{len(rows)} estimates with 95 % intervals on a logarithmic axis; the table has the numbers."
    return picture((WIDTH, bottom + 40), words, parts, "wide")


def axis(frame: Frame, bottom: float) -> list[markupsafe.Markup]:
    """The ratio axis; 1 is no difference."""
    parts = [
        label("less often", frame.x(0) - 12, TOP - 10, text_anchor="end"),
        label("more often", frame.x(0) + 12, TOP - 10),
    ]
    for tick in TICKS:
        x = frame.x(math.log(tick))
        parts.append(element("line", x1=x, x2=x, y1=TOP - 4, y2=bottom, class_="zero" if tick == 1 else "grid"))
        parts.append(label(f"{tick:g}", x, bottom + 16, text_anchor="middle"))
    parts.append(label("ratio", (LEFT + WIDTH - RIGHT) / 2, bottom + 34, "axis-title", text_anchor="middle"))
    return parts


def effect_row(frame: Frame, row: dict[str, Any], y: float) -> markupsafe.Markup:
    """Name, interval, estimate and numbers of one effect."""
    limits = interval(row["lower"], row["upper"], as_percent=False)
    text = f"{significant(row['estimate'])} ({limits})"
    name = f"{exposure_of(row)}: {term(row['outcome'])}"
    left, right = on_axis(row["lower"], LOWEST), on_axis(row["upper"], HIGHEST)
    x, start, stop = (frame.x(math.log(value)) for value in (on_axis(row["estimate"], 1), left, right))
    shapes = [
        element("line", x1=start, x2=stop, y1=y, y2=y, class_="whisker"),
        element("rect", x=x - 4, y=y - 4, width=8.0, height=8.0, class_="estimate"),
    ]
    if right >= HIGHEST:
        shapes.append(element("path", d=f"M{stop:.1f} {y - 4:.1f}l7 4l-7 4z", class_="estimate"))
    tip = f"{name}: {text}; {count(row.get('events'))} events; {row['method']}"
    return element(
        "g",
        [
            label(name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…", NAME, y + 4, "row-name"),
            mark(
                tip,
                element("rect", x=LEFT, y=y - 11, width=WIDTH - RIGHT - LEFT, height=22.0, class_="target"),
                *shapes,
            ),
            label(text, WIDTH - RIGHT + 14, y + 4, "row-name"),
        ],
    )


def on_axis(value: object, otherwise: float) -> float:
    """A value kept on the axis; `otherwise` where it is undefined, zero or without bound."""
    if is_missing(value) or float(value) <= 0 or math.isinf(float(value)):  # type: ignore[arg-type]
        return otherwise
    return min(max(float(value), LOWEST), HIGHEST)  # type: ignore[arg-type]
