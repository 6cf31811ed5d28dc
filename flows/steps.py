"""The steps of the flows as plain functions: settings in, receipt out. No Prefect here: they run anywhere."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from checks.gate import CheckRow
from ehr.plan import ProgressEvent
from flows import building, publishing, pulling
from flows.context import hospital_clock, iso_week, last_sunday, now, open_context
from flows.errors import GateStopped
from flows.forgetting import finish_forgetting
from flows.receipts import RunReceipt
from flows.run_log import name_run, run_log
from flows.weeks import next_deadline
from warehouse import LockHolder, work_lock

__all__ = [
    "STATIONS", "Clock", "Issued", "Loaded", "Pulled", "Station", "WeekPlan", "deadline", "ingest_receipt", "issue",
    "load", "plan_week", "pull", "receipt", "station", "writing",
]  # fmt: skip

STATIONS = ("raw", *building.STATIONS)
log = logging.getLogger("nadir.steps")
Result = TypeVar("Result")


@dataclass
class Clock:
    """Wall seconds of each stage, in the order they ran."""

    seconds: dict[str, float] = field(default_factory=dict)

    def time(self, name: str, step: Callable[[], Result]) -> Result:
        """Run one stage and keep how long it took, also when it fails."""
        began = time.monotonic()
        try:
            return step()
        finally:
            self.seconds[name] = round(time.monotonic() - began, 1)


@dataclass(frozen=True)
class Pulled:
    """What a pull landed; `missing` as sentences by type."""

    landed_at: datetime
    resources: int
    deletions: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Loaded:
    """Where the lines went: stored, duplicates, rejects; findings are of stored lines."""

    ingests: int
    lines: int
    stored: int
    duplicates: int
    rejects: int
    findings: int


@dataclass(frozen=True)
class WeekPlan:
    """The two clocks of a run."""

    as_of: datetime
    data_date: date

    @property
    def week(self) -> str:
        """ISO week of the data date."""
        return iso_week(self.data_date)


@dataclass(frozen=True)
class Station:
    """A station of the build: relations and rows, and the checks of its gate."""

    name: str
    relations: int
    rows: int
    checks: tuple[CheckRow, ...]


@dataclass(frozen=True)
class Issued:
    """A week that was issued."""

    run_id: str
    outcome: str
    missing: tuple[str, ...]
    warnings: int
    page: str


@contextmanager
def writing(config: str | None, flow_run: str) -> Iterator[None]:
    """Hold the store's lock for a whole run: one writer across flows, worker and shell."""
    context = open_context(config)
    holder = LockHolder(process_id=os.getpid(), flow_run=flow_run, started_at=now().isoformat())
    wait = 60.0 * context.settings["store.lock_wait_minutes"]
    with work_lock(context.settings.store, wait_seconds=wait, holder=holder), run_log(context.settings, flow_run):
        finish_forgetting(context)
        yield


def deadline(config: str | None) -> datetime:
    """The next time that the hospital's clock shows `weekly.deadline`."""
    settings = open_context(config).settings
    return next_deadline(hospital_clock()(), settings["weekly.deadline"], settings.zone)


def pull(
    config: str | None,
    *,
    full: bool,
    report: Callable[[ProgressEvent], None],
    until: datetime | None = None,
    only: Sequence[str] = (),
) -> Pulled:
    """Pull into landing/ and close the ingest; what is not begun at `until` stays pending in the ledger."""
    context = open_context(config)
    log.info("pull starts: source %s, roster %s", context.settings["server.source"], context.settings["server.roster"])
    got = pulling.pull_resources(context, full=full, report=report, until=until, only=only)
    log.info("pull ends: %d resources, %d deletions, units %s", got.resources, got.deletions, dict(got.units))
    return Pulled(
        landed_at=got.landed_at,
        resources=got.resources,
        deletions=got.deletions,
        missing=pulling.missing_sentences(got.incomplete_types, got.patients),
    )


def load(config: str | None) -> Loaded:
    """Load every closed ingest that the archive does not have yet."""
    context = open_context(config)
    log.info("load starts")
    got = building.load(context)
    lines = got.lines
    log.info(
        "load ends: %d ingests, %d lines, %d stored, %d rejects", got.ingests, lines.lines, lines.stored, lines.rejects
    )
    return Loaded(got.ingests, lines.lines, lines.stored, lines.duplicates, lines.rejects, lines.findings)


def plan_week(config: str | None, *, through: date | None, as_of: datetime | None) -> WeekPlan:
    """Settle the two clocks: newest landing and last Sunday where nothing else is asked for."""
    context = open_context(config)
    known = as_of or building.newest_landing(context.settings.landing)
    return WeekPlan(as_of=known, data_date=through or last_sunday(hospital_clock()(), context))


def station(config: str | None, plan: WeekPlan, name: str) -> Station:
    """Make one station and run its gate; a gate that stops is written to the index before it stops the run."""
    context = open_context(config)
    run = building.run_key(context, as_of=plan.as_of, data_date=plan.data_date)
    name_run(run.run_id)
    log.info("station %s starts", name)
    receipts = [] if name == "raw" else building.build_station(context, run, name)
    try:
        checks = building.check_station(context, run, name)
    except GateStopped as stop:
        publishing.land_stop(context, as_of=plan.as_of, data_date=plan.data_date, reason=str(stop))
        publishing.index_weeks(context)
        raise
    rows = sum(receipt.row_count for receipt in receipts)
    log.info("station %s ends: %d relations, %d rows, %d checks", name, len(receipts), rows, len(checks))
    return Station(name=name, relations=len(receipts), rows=rows, checks=checks)


def issue(config: str | None, plan: WeekPlan, stations: list[Station], *, flow: str) -> Issued:
    """Compute, publish and write the week."""
    context = open_context(config)
    run = building.run_key(context, as_of=plan.as_of, data_date=plan.data_date)
    checks = [row for made in stations for row in made.checks]
    whole = building.completeness(context, run)
    log.info("issue starts: week %s, run %s", plan.week, run.run_id)
    published = publishing.publish_figures(context, run, whole=whole, checks=checks, flow=flow)
    page = publishing.write_week(context, run, whole)
    building.tidy(context, run)
    log.info("issue ends: %s, %s", published.outcome, dict(published.rows))
    return Issued(
        run_id=run.run_id,
        outcome=published.outcome,
        missing=pulling.missing_sentences(whole.missing, whole.patients),
        warnings=sum(1 for row in checks if not row.passed),
        page=str(page),
    )


def receipt(flow: str, plan: WeekPlan, loaded: Loaded, issued: Issued, seconds: dict[str, float]) -> RunReceipt:
    """The end of a weekly run."""
    return RunReceipt(
        flow=flow,
        outcome=issued.outcome,
        as_of=plan.as_of,
        data_date=plan.data_date,
        run_id=issued.run_id,
        week=plan.week,
        page=issued.page,
        missing=issued.missing,
        warnings=issued.warnings,
        counts={"lines": loaded.lines, "stored": loaded.stored, "rejects": loaded.rejects, "findings": loaded.findings},
        seconds=seconds,
    )


def ingest_receipt(pulled: Pulled, loaded: Loaded, seconds: dict[str, float]) -> RunReceipt:
    """The end of an ingest."""
    counts = {"resources": pulled.resources, "deletions": pulled.deletions, "lines": loaded.lines}
    counts |= {"stored": loaded.stored, "duplicates": loaded.duplicates, "rejects": loaded.rejects}
    return RunReceipt(
        flow="ingest",
        outcome="incomplete" if pulled.missing else "complete",
        as_of=pulled.landed_at,
        data_date=None,
        run_id=None,
        week=None,
        page=None,
        missing=pulled.missing,
        warnings=0,
        counts=counts,
        seconds=seconds,
    )
