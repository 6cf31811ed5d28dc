"""`nadir report`: what was issued, and the figures of a week. Never reads the archive."""

from __future__ import annotations

import argparse
import json
import re
import webbrowser
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from flows.command_config import tell
from flows.context import open_context
from flows.errors import CommandRejected
from flows.outcomes import DONE
from flows.releasing import releasing_issues
from flows.settings import Settings
from flows.summary import summary_lines
from reports.index import issued_weeks
from reports.releases import newest_release
from reports.shareable import shareable_lines
from warehouse import read

__all__ = ["EDITIONS", "age", "list_weeks", "open_week", "show_week"]

SHAREABLE = "shareable"
EDITIONS = ("internal", SHAREABLE)
UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def age(text: str) -> timedelta:
    """An age such as 8d, 12h or 30m."""
    found = re.fullmatch(r"(\d+)([dhm])", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no age such as 8d, 12h or 30m")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def chosen_week(settings: Settings, week: str | None) -> dict[str, Any]:
    """The manifest of the asked week, or of the newest."""
    weeks = [entry for entry in issued_weeks(settings.reports) if week in (None, entry["week"])]
    if not weeks:
        raise CommandRejected(f"no issue of {week or 'any week'} in {settings.reports}. See `nadir report list`")
    return weeks[0]


def list_weeks(arguments: argparse.Namespace) -> int:
    """Every issued week, newest first."""
    weeks = issued_weeks(open_context(arguments.config).settings.reports)
    if arguments.json:
        tell([json.dumps(weeks, indent=2)])
    else:
        tell(
            [f"{w['week']}  {w['protocol']}  through {w['data_date']}  {w['outcome']}" for w in weeks]
            or ["no week yet"]
        )
    return DONE


def open_week(arguments: argparse.Namespace) -> int:
    """Open a week's page in the browser and print its path."""
    settings = open_context(arguments.config).settings
    entry = chosen_week(settings, arguments.week)
    place = entry["shareable" if arguments.edition == SHAREABLE else "link"]
    if not place:
        raise CommandRejected(f"{entry['week']} was issued without a {arguments.edition} edition. Issue it again")
    page = settings.reports / str(place)
    tell([str(page)])
    webbrowser.open(Path(page).resolve().as_uri())
    return DONE


def show_week(arguments: argparse.Namespace) -> int:
    """Print a week's figures as text or JSON, of the asked edition."""
    settings = open_context(arguments.config).settings
    entry = chosen_week(settings, arguments.week)
    if arguments.edition == SHAREABLE:
        return show_shareable(settings, entry, as_json=arguments.json)
    estimates = read(settings.store, "published.estimates", run_id=entry["run_id"])
    two_by_two = read(settings.store, "published.two_by_two", run_id=entry["run_id"])
    if arguments.json:
        rows = json.loads(estimates.to_json(orient="records", date_format="iso"))
        cells = json.loads(two_by_two.to_json(orient="records"))
        tell([json.dumps({"manifest": entry, "estimates": rows, "two_by_two": cells}, indent=2)])
    else:
        tell(
            [f"{entry['protocol']} {entry['week']} through {entry['data_date']}", *summary_lines(estimates, two_by_two)]
        )
    return DONE


def show_shareable(settings: Settings, entry: dict[str, Any], *, as_json: bool) -> int:
    """Print what the shareable edition of a week shows: hidden figures as hidden, with the week they are of."""
    issues = releasing_issues(settings.store, entry["run_id"])
    release = newest_release(issues, settings["report.minimum_cell"])
    lines = shareable_lines(release)
    if as_json:
        told = {"protocol": entry["protocol"], "week": entry["week"], "figures_of": release and release.week}
        tell([json.dumps(told | {"figures": [asdict(line) for line in lines]}, indent=2)])
    else:
        of_week = f"figures of {release.week} through {release.data_date}" if release else "no figure can be shown"
        rows = [" | ".join((line.title, line.stratum, *(figure.text for figure in line.figures))) for line in lines]
        tell([f"{entry['protocol']} {entry['week']}, shareable edition: {of_week}", *rows])
    return DONE
