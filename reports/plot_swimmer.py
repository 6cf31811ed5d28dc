"""One bar a patient from the first to the last day of follow-up, with marks for what happened on which day."""

from __future__ import annotations

from typing import Any

import markupsafe
import pandas as pd

from reports.svg import Frame, Scale, axis_below, element, label, mark, picture
from reports.words import CLASSES, MARKS

__all__ = ["infection_shapes", "legend_marks", "swimmer_picture"]

WIDTH, LEFT, RIGHT, TOP, ROW = 960.0, 150.0, 14.0, 14.0, 13.0
SPANS = ("icu", "crs_severe")
DRAWN_CLASSES = ("bacterial", "viral", "fungal")


def swimmer_picture(swimmer: pd.DataFrame) -> markupsafe.Markup | None:
    """All patients in the order of the frame, the longest follow-up first; None without a patient."""
    if swimmer.empty:
        return None
    patients = list(dict.fromkeys(swimmer["patient_id"]))
    first, last = int(swimmer["follow_up_from"].min()), int(swimmer["follow_up_to"].max())
    bottom = TOP + ROW * len(patients)
    frame = Frame(Scale(first, last + 1, LEFT, WIDTH - RIGHT), Scale(0, len(patients), bottom, TOP))
    ticks = [day for day in (-30, 0, 7, 14, 30, 60, 90) if first <= day <= last]
    parts = [*lines(frame, ticks, bottom)]
    rows = {key: frame_rows.to_dict("records") for key, frame_rows in swimmer.groupby("patient_id", sort=False)}
    for place, patient in enumerate(patients):
        parts.append(swimmer_row(frame, rows[patient], TOP + ROW * (place + 0.5)))
    parts += axis_below(frame, ticks, "day after the first infusion")
    words = f"Follow-up of {len(patients)} patients with infusions, severe CRS, infections, intensive care and deaths."
    return picture((WIDTH, bottom + 42), words, parts, "wide swimmer")


def lines(frame: Frame, ticks: list[int], bottom: float) -> list[markupsafe.Markup]:
    """Light lines through all bars on the days of the axis; day 0 stands out."""
    return [
        element("line", x1=frame.x(day), x2=frame.x(day), y1=TOP - 8, y2=bottom, class_="zero" if day == 0 else "grid")
        for day in ticks
    ]


def swimmer_row(frame: Frame, rows: list[dict[str, Any]], y: float) -> markupsafe.Markup:
    """One patient: number, bar of follow-up, spans, then points on top."""
    bar = rows[0]
    who = str(bar["local_identifier"]) if isinstance(bar["local_identifier"], str) else str(bar["patient_id"])
    left, right = frame.x(float(bar["follow_up_from"])), frame.x(float(bar["follow_up_to"]) + 1)
    followed = f"{who}: followed day {bar['follow_up_from']} to {bar['follow_up_to']}".replace(" -", " −")
    parts = [
        label(who if len(who) <= 20 else f"{who[:19]}…", LEFT - 8, y + 3.5, "row-name", text_anchor="end"),
        mark(
            followed,
            element("rect", x=left, y=y - 2, width=right - left, height=4.0, class_=f"lane s-{bar['stratum']}"),
        ),
    ]
    events = [row for row in rows if row["event"] != "bar"]
    events.sort(key=lambda row: row["event"] not in SPANS)
    parts += [event_mark(frame, row, who, y) for row in events]
    return element("g", parts)


def event_mark(frame: Frame, row: dict[str, Any], who: str, y: float) -> markupsafe.Markup:
    """What happened: a band for stays and severe CRS, a sign for the rest."""
    first, last = float(row["day_from"]), float(row["day_to"])
    days = f"day {first:g}" if first == last else f"day {first:g} to {last:g}"
    klass = row["infection_class"] if isinstance(row["infection_class"], str) else ""
    what = f"{MARKS[row['event']]}{', ' + CLASSES.get(klass, klass) if klass else ''}"
    left, right = frame.x(first), frame.x(last + 1)
    return mark(f"{who}: {what}, {days}".replace(" -", " −"), *shapes(row["event"], klass, (left, right), y))


def shapes(event: str, klass: str, span: tuple[float, float], y: float) -> list[markupsafe.Markup]:
    """The signs: each has a form of its own, so that none depends on colour."""
    left, right = span
    x = (left + right) / 2
    if event in SPANS:
        height, shift = (7.0, -3.5) if event == "icu" else (3.0, -6.0)
        return [element("rect", x=left, y=y + shift, width=right - left, height=height, class_=f"m-{event}")]
    if event == "infection":
        return infection_shapes(klass, x, y)
    if event == "infusion":
        return [element("path", d=f"M{x:.1f} {y - 5:.1f}l4 8.5h-8z", class_="m-infusion")]
    if event == "hsct":
        return [element("path", d=f"M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5 -5z", class_="m-hsct")]
    return [element("path", d=f"M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8", class_="m-death")]


def infection_shapes(klass: str, x: float, y: float) -> list[markupsafe.Markup]:
    """Bacterial: full circle; viral: ring; fungal: square; anything else: half circle."""
    if klass == "fungal":
        return [element("rect", x=x - 4, y=y - 4, width=8.0, height=8.0, class_="m-fungal")]
    if klass in ("bacterial", "viral"):
        return [element("circle", cx=x, cy=y, r=4.2, class_=f"m-{klass}")]
    return [element("path", d=f"M{x:.1f} {y - 4.2:.1f}a4.2 4.2 0 0 1 0 8.4z", class_="m-other")]


def legend_marks() -> list[tuple[markupsafe.Markup, str]]:
    """Sign and words of the key under the title."""
    entries = [("infusion", "", MARKS["infusion"]), ("crs_severe", "", MARKS["crs_severe"])]
    entries += [("infection", klass, f"{CLASSES[klass]} infection") for klass in DRAWN_CLASSES]
    entries += [("infection", "unknown", "other infection")]
    entries += [(event, "", MARKS[event]) for event in ("icu", "hsct", "death")]
    return [(key_picture(event, klass), words) for event, klass, words in entries]


def key_picture(event: str, klass: str) -> markupsafe.Markup:
    """A small picture of one sign; the words beside it say what it is."""
    span = (2.0, 14.0) if event in SPANS else (8.0, 8.0)
    content = shapes(event, klass, span, 8.0)
    return element("svg", content, viewBox="0 0 16 16", width=16, height=16, aria_hidden="true", class_="sign")
