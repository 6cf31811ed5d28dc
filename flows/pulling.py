"""From settings to a pull: what to ask the server for, and the receipt of what came."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from ehr.forgotten import read_forgotten
from ehr.plan import Only, ProgressEvent, PullPlan, PullReceipt, Window
from ehr.rehearsal import Rehearsal, rehearse
from ehr.sources import continue_from, pull
from ehr.watermarks import narrowed
from flows.context import RunContext, hospital_clock
from flows.errors import CommandRejected, SettingsRejected
from flows.server_access import server_access as access
from flows.weeks import window_end
from mappings.index_events import candidate_index_days, roster_searches

__all__ = ["access", "missing_sentences", "only_of", "plan_pull", "pull_resources", "rehearsal"]


def plan_pull(context: RunContext, *, full: bool) -> PullPlan:
    """The plan of one pull; `full` fetches everything again, else only what changed since the last closed ingest."""
    settings = context.settings
    plan = PullPlan(
        access=access(context) if settings["server.source"] != "folder" else None,
        profile=settings["server.profile"],
        source=settings["server.source"],
        folder=settings["server.folder"],
        roster=settings["server.roster"],
        roster_file=settings["server.roster_file"],
        group=settings["server.group"],
        roster_searches=roster_searches(context.protocol, context.value_sets),
        types=extraction_windows(context),
        index_days=partial(index_days, context),
        is_forgotten=read_forgotten(settings.landing).has,
    )
    return plan if full else continue_from(plan, settings.landing)


def extraction_windows(context: RunContext) -> dict[str, Window | None]:
    """Days from day 0 to pull per type, both ends; None for all time."""
    windows: dict[str, Window | None] = {}
    for entry in context.protocol.extraction:
        found = context.protocol.extraction_of(entry.resource_type)
        if found is None or found.first_day is None or found.last_day is None:
            windows[entry.resource_type] = None
        else:
            windows[entry.resource_type] = (found.first_day, found.last_day)
    return windows


def index_days(context: RunContext, resources: Iterable[dict[str, Any]]) -> Mapping[str, list[date]]:
    """Candidate index days per patient: what the second phase of the crawl counts its windows from."""
    return candidate_index_days(resources, context.value_sets, context.settings["time_zone"])


def pull_resources(
    context: RunContext,
    *,
    full: bool = False,
    report: Callable[[ProgressEvent], None] = lambda event: None,
    until: datetime | None = None,
    only: Sequence[str] = (),
) -> PullReceipt:
    """Pull into `landing/` and close the ingest; what is not begun at `until` is left pending.

    `only` are parts as words (`only_of`): what they name is fetched again, and no watermark moves.

    Raises:
        PullStopped: nothing was landed.
    """
    plan = replace(plan_pull(context, full=full), until=allowed_until(context, until))
    if only:
        plan = narrowed(plan, only_of(only))
    return pull(plan, context.settings.landing, clock=hospital_clock(), report=report)


def allowed_until(context: RunContext, until: datetime | None) -> datetime | None:
    """The earlier of a deadline and the end of `server.pull_window`; None without either.

    Raises:
        SettingsRejected: now lies outside the window.
    """
    window = context.settings["server.pull_window"]
    if window is None or context.settings["server.source"] == "folder":
        return until
    instant = hospital_clock()()
    end = window_end(instant, window, context.settings.zone)
    if end is None:
        clock = instant.astimezone(context.settings.zone).strftime("%H:%M")
        raise SettingsRejected(
            f"server.pull_window is {window} and it is {clock} in the hospital. The server was not asked; start the "
            "run in the window, or build without a pull: nadir run weekly --no-ingest"
        )
    return end if until is None else min(until, end)


def only_of(words: Sequence[str]) -> Only:
    """A part of a pull from words such as `patients=FILE`, `type=Observation,Condition`, `since=2019-05-01`.

    Raises:
        CommandRejected: another word, no such file, or no date.
    """
    parts = dict(word.partition("=")[::2] for word in words)
    if not parts.keys() <= {"patients", "type", "since"} or not all(parts.values()):
        raise CommandRejected("--only takes patients=FILE, type=NAME[,NAME] and since=DATE")
    since = parts.get("since")
    try:
        moment = datetime.fromisoformat(since) if since else None
    except ValueError as error:
        raise CommandRejected(f"--only since={since} is no date such as 2019-05-01") from error
    file = Path(parts["patients"]).resolve() if "patients" in parts else None
    if file is not None and not file.is_file():
        raise CommandRejected(f"--only patients={parts['patients']}: there is no such file")
    return Only(
        patients_file=file,
        types=frozenset(parts["type"].split(",")) if "type" in parts else None,
        since=(moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat() if moment else None,
    )


def rehearsal(context: RunContext, *, full: bool = False, only: Sequence[str] = ()) -> Rehearsal:
    """What a pull would ask for now; nothing is landed.

    Raises:
        PullStopped: the server cannot be asked.
    """
    plan = plan_pull(context, full=full)
    return rehearse(narrowed(plan, only_of(only)) if only else plan)


def missing_sentences(missing: Mapping[str, int], patients: int | None) -> tuple[str, ...]:
    """`Observation: 1 of 90 patients`, by type, for the page and for stderr."""
    total = "" if patients is None else f" of {patients}"
    return tuple(f"{name}: {count}{total} patients" for name, count in sorted(missing.items()))
