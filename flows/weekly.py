"""The weekly flow: pull what is new, build, check, compute, issue. Tasks are thin and pass receipts, never frames."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from prefect.client.schemas.objects import State

from flows import steps
from flows.artifacts import figures_artifact, progress_reporter
from flows.flow_forms import completed, noted_flow, thin_task
from flows.outcomes import contained
from flows.receipts import RunReceipt

__all__ = ["weekly"]


@thin_task(name="pull")
def pull_task(
    config: str | None, full: bool, until: datetime | None = None, only: tuple[str, ...] = ()
) -> steps.Pulled:
    """Pull into landing/; what is not begun at `until` stays pending, of a part only what `only` names."""
    return contained(lambda: steps.pull(config, full=full, report=progress_reporter(), until=until, only=only))


@thin_task(name="load")
def load_task(config: str | None) -> steps.Loaded:
    """Load what landed into the archive."""
    return contained(lambda: steps.load(config))


@thin_task(name="station", run_name="{station}")
def station_task(config: str | None, plan: steps.WeekPlan, station: str) -> steps.Station:
    """Make one station of the build and run its gate."""
    return contained(lambda: steps.station(config, plan, station))


@thin_task(name="issue")
def issue_task(config: str | None, plan: steps.WeekPlan, stations: list[steps.Station]) -> steps.Issued:
    """Compute the figures, publish them and write the week."""
    return contained(lambda: steps.issue(config, plan, stations, flow="weekly"))


@noted_flow(name="weekly")
def weekly(
    config: str | None = None,
    through: date | None = None,
    as_of: datetime | None = None,
    ingest: bool = True,
    full: bool = False,
    until_deadline: bool = False,
) -> State[RunReceipt]:
    """Issue one week.

    config: settings file. through: last local day looked at, default last Sunday. as_of: what was known then, default
    the landing of this run's pull. ingest: pull first. full: fetch everything again.
    until_deadline: what is not pulled at weekly.deadline is left for the next run, and the week says so.
    """
    clock = steps.Clock()
    until = contained(lambda: steps.deadline(config)) if until_deadline else None
    with steps.writing(config, "weekly"):
        pulled = clock.time("pull", lambda: pull_task(config, full, until)) if ingest and as_of is None else None
        loaded = clock.time("load", lambda: load_task(config))
        plan = steps.plan_week(config, through=through, as_of=as_of or (pulled.landed_at if pulled else None))
        stations = [clock.time(name, partial(station_task, config, plan, name)) for name in steps.STATIONS]
        issued = clock.time("issue", lambda: issue_task(config, plan, stations))
    receipt = steps.receipt("weekly", plan, loaded, issued, clock.seconds)
    figures_artifact(config, receipt)
    return completed(receipt)
