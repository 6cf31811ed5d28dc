"""From settings to a pull: what to ask the server for, and the receipt of what came."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

from ehr.access import ServerAccess
from ehr.forgotten import read_forgotten
from ehr.plan import ProgressEvent, PullPlan, PullReceipt, Window
from ehr.sources import continue_from, pull
from flows.context import RunContext, hospital_clock
from flows.errors import SettingsRejected
from mappings.index_events import candidate_index_days, roster_searches

__all__ = ["missing_sentences", "plan_pull", "pull_resources"]


def plan_pull(context: RunContext, *, full: bool) -> PullPlan:
    """The plan of one pull; `full` fetches everything again, else only what changed since the last closed ingest."""
    settings = context.settings
    plan = PullPlan(
        access=access(context) if settings["server.source"] == "search" else None,
        profile=settings["server.profile"],
        source=settings["server.source"],
        folder=settings["server.folder"],
        roster=settings["server.roster"],
        roster_file=settings["server.roster_file"],
        roster_searches=roster_searches(context.protocol, context.value_sets),
        types=extraction_windows(context),
        index_days=partial(index_days, context),
        is_forgotten=read_forgotten(settings.landing).has,
    )
    return plan if full else continue_from(plan, settings.landing)


def access(context: RunContext) -> ServerAccess:
    """How to reach the server. The token is read each time it is needed and stands in no receipt."""
    settings = context.settings
    token: Callable[[], str] | None = None
    if settings["server.auth"] == "bearer":
        if settings.token() is None:
            raise SettingsRejected('server.auth = "bearer" needs NADIR_SERVER_TOKEN or server.token_file')
        token = partial(bearer, context)
    return ServerAccess(
        url=settings["server.url"],
        token=token,
        ca_file=settings["server.ca_file"],
        proxy=settings["server.proxy"],
        connections=settings["server.connections"],
    )


def bearer(context: RunContext) -> str:
    """The token as it stands now in the environment or its file."""
    return context.settings.token() or ""


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
) -> PullReceipt:
    """Pull into `landing/` and close the ingest; what is not begun at `until` is left pending.

    Raises:
        PullStopped: nothing was landed.
    """
    plan = replace(plan_pull(context, full=full), until=until)
    return pull(plan, context.settings.landing, clock=hospital_clock(), report=report)


def missing_sentences(missing: Mapping[str, int], patients: int | None) -> tuple[str, ...]:
    """`Observation: 1 of 90 patients`, by type, for the page and for stderr."""
    total = "" if patients is None else f" of {patients}"
    return tuple(f"{name}: {count}{total} patients" for name, count in sorted(missing.items()))
