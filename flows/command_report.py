"""`nadir status` and `nadir report`: what was issued, how whole, how old. Never reads the archive."""

from __future__ import annotations

import argparse
import json
import re
import webbrowser
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flows.command_config import tell
from flows.context import now, open_context
from flows.errors import CommandRejected
from flows.outcomes import DONE, INCOMPLETE
from flows.settings import Settings
from flows.summary import summary_lines
from reports.index import issued_weeks
from warehouse import lock_holder, read
from warehouse.ingests import closed_ingests

__all__ = ["age", "list_weeks", "open_week", "show_week", "status"]

UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def age(text: str) -> timedelta:
    """An age such as 8d, 12h or 30m."""
    found = re.fullmatch(r"(\d+)([dhm])", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no age such as 8d, 12h or 30m")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def status(arguments: argparse.Namespace) -> int:
    """One screen: last issue, newest data, completeness, lock. Answers while a run is writing."""
    settings = open_context(arguments.config).settings
    facts = gather(settings)
    if arguments.json:
        tell([json.dumps(facts, indent=2)])
    else:
        tell(
            [f"{name.replace('_', ' '):<16} {value if value is not None else 'none'}" for name, value in facts.items()]
        )
    issued = facts["last_known_at"]
    if arguments.max_age is not None:
        if issued is None or now() - datetime.fromisoformat(str(issued)) > arguments.max_age:
            return INCOMPLETE
    return INCOMPLETE if facts["last_outcome"] == "incomplete" else DONE


def gather(settings: Settings) -> dict[str, Any]:
    """The facts of the status screen; counts, names and instants only."""
    weeks = issued_weeks(settings.reports)
    last = max(weeks, key=lambda entry: entry["as_of"], default=None)
    ingests = closed_ingests(settings.landing)
    holder = lock_holder(settings.store)
    return {
        "last_issue": last and f"{last['protocol']} {last['week']}",
        "last_through": last and last["data_date"],
        "last_known_at": last and last["as_of"],
        "last_outcome": last and last["outcome"],
        "missing": last and "; ".join(last["missing"]),
        "weeks_issued": len(weeks),
        "ingests": len(ingests),
        "newest_landing": ingests[-1].landed_at if ingests else None,
        "writing": holder and f"{holder.flow_run} since {holder.started_at}",
        "home": str(settings.home),
    }


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
    page = settings.reports / str(chosen_week(settings, arguments.week)["link"])
    tell([str(page)])
    webbrowser.open(Path(page).resolve().as_uri())
    return DONE


def show_week(arguments: argparse.Namespace) -> int:
    """Print a week's figures as text or JSON."""
    settings = open_context(arguments.config).settings
    entry = chosen_week(settings, arguments.week)
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
