"""The list of weeks: issued ones by their manifests, those that were not issued, with the reason, and the trend."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.bundle import StoppedWeek
from reports.files import write_text
from reports.page import style, template
from reports.trend import HEIGHT, LEFT, MAIN_FIGURES, RIGHT, WIDTH, Panel, read_main_figures, trend_panels

__all__ = ["issued_weeks", "write_index"]


@dataclass(frozen=True)
class ProtocolWeeks:
    """What the index says of one protocol: rows of weeks, newest first, and a chart per main figure."""

    protocol: str
    title: str
    rows: tuple[dict[str, Any], ...]
    panels: tuple[Panel, ...]


def issued_weeks(reports: Path) -> list[dict[str, str]]:
    """Manifests of every issued week, newest week first; a folder without a readable manifest is not an issue.

    `link` is the page of the internal edition, `shareable` that of the other one, empty where the week has none.
    """
    weeks = []
    for manifest in sorted(reports.glob("*/*/manifest.json")):
        if not manifest.parent.name.startswith("."):
            entry = json.loads(manifest.read_text(encoding="utf-8"))
            place = f"{manifest.parent.parent.name}/{manifest.parent.name}"
            entry["link"] = f"{place}/index.html"
            entry["shareable"] = f"{place}/shareable.html" if "shareable.html" in entry["files"] else ""
            weeks.append(entry)
    return sorted(weeks, key=lambda entry: (entry["week"], entry["protocol"]), reverse=True)


def write_index(reports: Path, stopped: Sequence[StoppedWeek]) -> Path:
    """Rewrite `reports/index.html`. A stopped week that was issued later is no longer shown as stopped."""
    issued = issued_weeks(reports)
    known = {(entry["protocol"], entry["week"]): entry["as_of"] for entry in issued}
    open_stops = [stop for stop in stopped if known.get((stop.protocol, stop.week), "") < stop.as_of]
    names = sorted({entry["protocol"] for entry in issued} | {stop.protocol for stop in open_stops})
    page = template("index.html").render(
        css=style(),
        stopped_lines=[stopped_line(stop, issued) for stop in open_stops],
        protocols=[protocol_weeks(reports, name, issued, open_stops) for name in names],
        figures=MAIN_FIGURES,
        size={"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": WIDTH - RIGHT},
    )
    path = reports / "index.html"
    write_text(path, page)
    return path


def protocol_weeks(
    reports: Path, protocol: str, issued: Sequence[dict[str, str]], stops: Sequence[StoppedWeek]
) -> ProtocolWeeks:
    """Every week of a protocol, issued or not, with what its files say of the main figures."""
    mine = [entry for entry in issued if entry["protocol"] == protocol]
    told = {entry["week"]: read_main_figures(reports / protocol / entry["week"], entry) for entry in mine}
    rows = [issued_row(entry) | {"figures": [point.text for point in told[entry["week"]]]} for entry in mine]
    rows += [
        {"week": stop.week, "as_of": stop.as_of, "state": "not issued", "reason": stop.reason}
        for stop in stops
        if stop.protocol == protocol
    ]
    rows.sort(key=lambda row: (row["week"], row["state"], row["as_of"]), reverse=True)
    return ProtocolWeeks(
        protocol=protocol,
        title=mine[0]["protocol_title"] if mine else protocol,
        rows=tuple(rows),
        panels=tuple(trend_panels([told[entry["week"]] for entry in reversed(mine)])),
    )


def issued_row(entry: dict[str, Any]) -> dict[str, Any]:
    """An issued week as a row: its clocks, how whole it is, and both editions."""
    state = [str(entry["outcome"])] + (["reconstructed"] if entry.get("reconstructed") else [])
    return {
        "week": entry["week"],
        "data_date": entry["data_date"],
        "as_of": entry["as_of"],
        "state": ", ".join(state),
        "missing": "; ".join(entry.get("missing", ())),
        "link": entry["link"],
        "shareable": entry["shareable"],
    }


def stopped_line(stop: StoppedWeek, issued: Sequence[dict[str, str]]) -> str:
    """`W47 not issued: gate ... Last issued: W46.`"""
    last = next((entry["week"] for entry in issued if entry["protocol"] == stop.protocol), "none")
    return f"{stop.protocol} {stop.week} not issued: {stop.reason}. Last issued: {last}."
