"""Events by week after infusion, and under them the days at risk that they came from, on two axes of one picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import markupsafe
import pandas as pd

from reports.figures_text import count, interval, is_missing, significant
from reports.svg import Frame, Scale, axis_left, element, label, mark, nice_top, picture
from reports.words import STRATA

__all__ = ["week_number", "weeks_picture"]

WIDTH, LEFT, RIGHT, TOP, MIDDLE, GAP, BOTTOM = 960.0, 56.0, 8.0, 34.0, 210.0, 34.0, 340.0
STACK = ("no", "yes", "unknown")


def week_number(window_name: str) -> int:
    """The number of a week's window.

    >>> week_number("week_-5")
    -5
    """
    return int(window_name.removeprefix("week_"))


def weeks_picture(weekly: pd.DataFrame) -> markupsafe.Markup | None:
    """Bars of events stacked by stratum over bars of person-days; a hatched week is not whole for everybody.

    `weekly` holds the weekly_infection_density rows of published.estimates. None where there is none.
    """
    stacked = weekly[weekly["stratum"].isin(STACK)]
    if stacked.empty:
        return None
    rows = {(row["stratum"], week_number(row["window_name"])): row for row in weekly.to_dict("records")}
    weeks = sorted({week for _, week in rows})
    x = Scale(weeks[0], weeks[-1] + 1, LEFT, WIDTH - RIGHT)
    events = [sum(number(rows.get((s, week)), "numerator") for s in STACK) for week in weeks]
    days = [sum(number(rows.get((s, week)), "denominator") for s in STACK) for week in weeks]
    above = Frame(x, Scale(0, nice_top(max(events))[-1], MIDDLE, TOP))
    below = Frame(x, Scale(0, nice_top(max(days), 2)[-1], BOTTOM, MIDDLE + GAP + 22))
    parts = [
        hatching(),
        *axis_left(above, nice_top(max(events)), "infections"),
        *axis_left(below, nice_top(max(days), 2), "person-days at risk"),
        element("line", x1=x(0), x2=x(0), y1=TOP - 6, y2=BOTTOM, class_="zero"),
        label("first infusion", x(0) + 5, TOP - 2, "tick"),
    ]
    for week in weeks:
        parts += week_bars(above, "numerator", rows, week)
        parts += week_bars(below, "denominator", rows, week)
        parts.append(label(f"{week}".replace("-", "−"), x(week + 0.5), MIDDLE + 16, text_anchor="middle"))
    parts.append(
        label("week after the first infusion", (LEFT + WIDTH) / 2, BOTTOM + 20, "axis-title", text_anchor="middle")
    )
    return picture((WIDTH, BOTTOM + 28), alternative(weeks), parts, "wide")


def alternative(weeks: list[int]) -> str:
    """The picture in words."""
    return (
        f"Bars of infections by week {weeks[0]} to {weeks[-1]} over bars of person-days at risk; values in the table."
    )


def number(row: Mapping[str, Any] | None, column: str) -> float:
    """A count; 0 where there is no row or no person-time."""
    return 0.0 if row is None or is_missing(row[column]) else float(row[column])


def hatching() -> markupsafe.Markup:
    """The pattern of a week that the windows do not hold whole."""
    stripe = element("path", d="M0 6L6 0M-1 1L1 -1M5 7L7 5", class_="stripe")
    pattern = element("pattern", (stripe,), id="partial", width=6, height=6, patternUnits="userSpaceOnUse")
    return element("defs", (pattern,))


def week_bars(
    frame: Frame, column: str, rows: Mapping[tuple[str, int], Mapping[str, Any]], week: int
) -> list[markupsafe.Markup]:
    """The stacked bar of one week; the words of the mark give the numbers."""
    shapes, base = [], 0.0
    for stratum in STACK:
        height = number(rows.get((stratum, week)), column)
        if height:
            shapes.append(
                bar(frame, week, (base, base + height), f"bar s-{stratum}{' soft' * (column != 'numerator')}")
            )
        base += height
    note = str((rows.get(("all", week)) or {}).get("note") or "")
    if base and "only some days" in note:
        shapes.append(bar(frame, week, (0, base), "partial"))
    top = frame.y(base)
    text = count(base) if column == "numerator" or base else ""
    words = label(text, frame.x(week + 0.5), top - 4, "bar-value", text_anchor="middle")
    return [mark(tip(rows, week), *shapes, words)]


def bar(frame: Frame, week: int, heights: tuple[float, float], css: str) -> markupsafe.Markup:
    """One rectangle of a week between two heights."""
    left, right = frame.x(week) + 3, frame.x(week + 1) - 3
    low, high = frame.y(heights[0]), frame.y(heights[1])
    return element("rect", x=left, y=high, width=right - left, height=low - high, class_=css)


def tip(rows: Mapping[tuple[str, int], Mapping[str, Any]], week: int) -> str:
    """The week in words: events, days and density of all, events of each stratum."""
    everyone = rows.get(("all", week))
    parts = [f"week {week}".replace("-", "−")]
    if everyone is not None:
        limits = interval(everyone["lower"], everyone["upper"], as_percent=False)
        parts.append(
            f"{count(everyone['numerator'])} infections in {count(everyone['denominator'])} days, "
            f"{significant(everyone['value'])} per 100 days ({limits})"
        )
        if not is_missing(everyone["note"]) and "only some days" in str(everyone["note"]):
            parts.append("only part of the week is looked at")
    parts += [
        f"{STRATA[s]} {count(rows[s, week]['numerator'])}" for s in STACK if number(rows.get((s, week)), "numerator")
    ]
    return "; ".join(parts)
