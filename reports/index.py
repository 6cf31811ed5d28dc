"""The list of weeks: issued ones by their manifests, and those that were not issued, with the reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from reports.bundle import StoppedWeek
from reports.files import write_text
from reports.page import style, template

__all__ = ["issued_weeks", "write_index"]


def issued_weeks(reports: Path) -> list[dict[str, str]]:
    """Manifests of every issued week, newest week first; a folder without a readable manifest is not an issue."""
    weeks = []
    for manifest in sorted(reports.glob("*/*/manifest.json")):
        if not manifest.parent.name.startswith("."):
            entry = json.loads(manifest.read_text(encoding="utf-8"))
            entry["link"] = f"{manifest.parent.parent.name}/{manifest.parent.name}/index.html"
            weeks.append(entry)
    return sorted(weeks, key=lambda entry: (entry["week"], entry["protocol"]), reverse=True)


def write_index(reports: Path, stopped: Sequence[StoppedWeek]) -> Path:
    """Rewrite `reports/index.html`. A stopped week that was issued later is no longer shown as stopped."""
    issued = issued_weeks(reports)
    known = {(entry["protocol"], entry["week"]): entry["as_of"] for entry in issued}
    open_stops = [stop for stop in stopped if known.get((stop.protocol, stop.week), "") < stop.as_of]
    rows = [
        {
            "protocol": entry["protocol"],
            "week": entry["week"],
            "data_date": entry["data_date"],
            "as_of": entry["as_of"],
            "state": entry["outcome"],
            "link": entry["link"],
        }
        for entry in issued
    ]
    path = reports / "index.html"
    lines = [stopped_line(stop, issued) for stop in open_stops]
    write_text(path, template("index.html").render(css=style(), rows=rows, stopped_lines=lines))
    return path


def stopped_line(stop: StoppedWeek, issued: Sequence[dict[str, str]]) -> str:
    """`W47 not issued: gate ... Last issued: W46.`"""
    last = next((entry["week"] for entry in issued if entry["protocol"] == stop.protocol), "none")
    return f"{stop.protocol} {stop.week} not issued: {stop.reason}. Last issued: {last}."
