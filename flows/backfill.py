"""The flows over past weeks: issue what was never issued, and build again what was."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from prefect.client.schemas.objects import State

from flows import past_weeks, steps
from flows.flow_forms import completed, noted_flow, thin_task
from flows.outcomes import contained
from flows.receipts import RunReceipt
from flows.weekly import load_task

__all__ = ["backfill", "rebuild"]


@thin_task(name="past week", run_name="issue {plan.week}")
def issue_past_task(config: str | None, plan: steps.WeekPlan) -> past_weeks.PastWeek:
    """Build and issue one week: one task a week, because a server keeps every task."""
    return contained(lambda: past_weeks.issue_past(config, plan, flow="backfill"))


@thin_task(name="rebuild week", run_name="rebuild {plan.week}")
def rebuild_task(config: str | None, plan: steps.WeekPlan, issued_by: str) -> past_weeks.PastWeek:
    """Build one issued week again and compare."""
    return contained(lambda: past_weeks.rebuild_past(config, plan, flow=issued_by))


@noted_flow(name="backfill")
def backfill(config: str | None = None, first: date | None = None, last: date | None = None) -> State[RunReceipt]:
    """Issue the weeks from `first` to `last` that were never issued; issued weeks are left alone.

    config: settings file. first, last: local days; default the oldest landing and the last Sunday. A week whose own
    knowledge did not land within a week of it is built with the newest and says `reconstructed`.
    """
    clock = steps.Clock()
    with steps.writing(config, "backfill"):
        clock.time("load", lambda: load_task(config))
        plans, left_alone = contained(lambda: past_weeks.missed_weeks(config, first, last))
        weeks = [clock.time(plan.week, partial(issue_past_task, config, plan)) for plan in plans]
        contained(lambda: past_weeks.show_newest(config, plans))
    receipt = past_weeks.past_receipt("backfill", weeks, left_alone, clock.seconds)
    return completed(receipt)


@noted_flow(name="rebuild")
def rebuild(config: str | None = None, as_of: datetime | None = None, through: date | None = None) -> State[RunReceipt]:
    """Build issued weeks again from the archive and compare with what was issued, byte by byte.

    config: settings file. as_of: only weeks issued with this knowledge. through: only the week that ends there.
    """
    clock = steps.Clock()
    with steps.writing(config, "rebuild"):
        clock.time("load", lambda: load_task(config))
        plans = contained(lambda: past_weeks.weeks_known_at(config, as_of, through))
        weeks = [clock.time(plan.week, partial(rebuild_task, config, plan, issued_by)) for plan, issued_by in plans]
        contained(lambda: past_weeks.show_newest(config, [plan for plan, _ in plans]))
    receipt = past_weeks.past_receipt("rebuild", weeks, 0, clock.seconds)
    return completed(receipt)
