"""Weeks of the past as plain functions: which to issue or build again, and doing one of them. No Prefect here."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ehr.forgotten import read_forgotten
from flows import building, steps
from flows.context import RunContext, hospital_clock, last_sunday, open_context
from flows.errors import CommandRejected, GateStopped, NothingLanded
from flows.receipts import RunReceipt
from flows.weeks import bundle_digests, issued_files, issued_runs, known_for, newest_run, sundays
from warehouse import publish_reader
from warehouse.ingests import closed_ingests
from warehouse.published import replace_issued
from warehouse.store import build_path, remove_database

__all__ = ["PastWeek", "issue_past", "missed_weeks", "past_receipt", "rebuild_past", "show_newest", "weeks_known_at"]

log = logging.getLogger("nadir.steps")


@dataclass(frozen=True)
class PastWeek:
    """What became of one week: issued, equal, differs or stopped, and what is to say about it."""

    week: str
    ending: str
    missing: tuple[str, ...]
    warnings: int


def missed_weeks(config: str | None, first: date | None, last: date | None) -> tuple[list[steps.WeekPlan], int]:
    """Weeks from `first` to `last` that were never issued, oldest first, and how many were and are left alone.

    Without `first` from the day of the oldest landing, without `last` to the last Sunday that is over.

    Raises:
        NothingLanded: there is nothing to build from.
    """
    context = open_context(config)
    landings = [datetime.fromisoformat(ingest.landed_at) for ingest in closed_ingests(context.settings.landing)]
    if not landings:
        raise NothingLanded("no closed ingest in landing/. Nothing was built; run `nadir run ingest` first")
    zone = context.settings.zone
    from_day = first or landings[0].astimezone(zone).date()
    to_day = min(last or date.max, last_sunday(hospital_clock()(), context))
    done = {run.week for run in issued_runs(context.settings.landing) if run.protocol == context.protocol.name}
    asked = [steps.WeekPlan(known_for(day, landings, zone), day) for day in sundays(from_day, to_day)]
    missed = [plan for plan in asked if plan.week not in done]
    return missed, len(asked) - len(missed)


def weeks_known_at(
    config: str | None, as_of: datetime | None, through: date | None
) -> list[tuple[steps.WeekPlan, str]]:
    """Issued weeks with the knowledge of `as_of` (None: all), each with the flow that issued it.

    Raises:
        CommandRejected: no such week was issued, or the definitions or the software are others than then.
    """
    context = open_context(config)
    runs = [
        run
        for run in issued_runs(context.settings.landing)
        if run.protocol == context.protocol.name
        and (as_of is None or run.as_of == as_of)
        and (through is None or run.data_date == through)
    ]
    if not runs:
        raise CommandRejected(
            "no week was issued with this knowledge. Nothing was built; see `nadir report list --json`"
        )
    for run in runs:
        today = building.run_key(context, as_of=run.as_of, data_date=run.data_date).run_id
        if today != run.run_id:
            raise CommandRejected(
                f"{run.week} was issued as run {run.run_id} and would be {today} now: software, protocol, value sets, "
                "time zone or identifier system are others than then. Nothing was built; put back what was in force, "
                "or issue it anew with `nadir run weekly --as-of ... --through ...`"
            )
    return [(steps.WeekPlan(run.as_of, run.data_date), run.flow) for run in runs]


def issue_past(config: str | None, plan: steps.WeekPlan, *, flow: str) -> PastWeek:
    """Build and issue one week; a gate that stops it stops only this week."""
    try:
        stations = [steps.station(config, plan, name) for name in steps.STATIONS]
    except GateStopped as stop:
        return PastWeek(plan.week, "stopped", (f"{plan.week} not issued: {stop}",), 0)
    issued = steps.issue(config, plan, stations, flow=flow)
    missing = tuple(f"{plan.week} {told}" for told in issued.missing)
    return PastWeek(plan.week, "issued", missing, issued.warnings)


def rebuild_past(config: str | None, plan: steps.WeekPlan, *, flow: str) -> PastWeek:
    """Build an issued week again and compare with what was issued; what was issued stays, also when they differ."""
    context = open_context(config)
    settings = context.settings
    run_id = building.run_key(context, as_of=plan.as_of, data_date=plan.data_date).run_id
    bundle = settings.reports / context.protocol.name / plan.week
    figures, files = issued_files(settings.landing, run_id), bundle_digests(bundle)
    remove_database(build_path(settings.store, run_id))
    made = issue_past(config, plan, flow=flow)
    if made.ending == "stopped":
        return made
    again = issued_files(settings.landing, run_id)
    differing = sorted(name for name in figures if figures[name] != again.get(name))
    if differing:
        replace_issued(settings.store, settings.landing, run_id, figures)
    rewritten = bundle_digests(bundle)
    differing += sorted(name for name in files if files[name] != rewritten.get(name))
    forgotten = len(read_forgotten(settings.landing).entries)
    why = f" ({forgotten} Patients were forgotten)" if forgotten else ""
    told = (f"{plan.week} differs from what was issued{why}: {', '.join(differing)}",) if differing else ()
    return PastWeek(plan.week, "differs" if differing else "equal", (*made.missing, *told), made.warnings)


def show_newest(config: str | None, made: Sequence[steps.WeekPlan]) -> None:
    """Let readers see the newest week again, and drop the build files of the older weeks just made."""
    context = open_context(config)
    store = context.settings.store
    newest = newest_run(context.settings.landing, context.protocol.name)
    if newest is None:
        return
    if not build_path(store, newest.run_id).is_file():
        run = building.run_key(context, as_of=newest.as_of, data_date=newest.data_date)
        if run.run_id != newest.run_id:
            return
        for name in building.STATIONS:
            building.build_station(context, run, name)
    publish_reader(store, newest.run_id)
    for plan in made:
        run_id = run_id_of(context, plan)
        if run_id != newest.run_id:
            remove_database(build_path(store, run_id))


def run_id_of(context: RunContext, plan: steps.WeekPlan) -> str:
    """The run that a plan makes with the settings of now."""
    return building.run_key(context, as_of=plan.as_of, data_date=plan.data_date).run_id


def past_receipt(flow: str, weeks: Sequence[PastWeek], left_alone: int, seconds: dict[str, float]) -> RunReceipt:
    """The end of a run over past weeks: how many ended how."""
    counts = {"weeks left alone": left_alone} if flow == "backfill" else {}
    for ending in sorted({week.ending for week in weeks}):
        counts[f"weeks {ending}"] = sum(1 for week in weeks if week.ending == ending)
    missing = tuple(told for week in weeks for told in week.missing)
    return RunReceipt(
        flow=flow,
        outcome="incomplete" if missing else "complete",
        as_of=None,
        data_date=None,
        run_id=None,
        week=None,
        page=None,
        missing=missing,
        warnings=sum(week.warnings for week in weeks),
        counts=counts,
        seconds=seconds,
    )
