"""The dated analysis as a flow: a frozen cohort, planned models, p values that no weekly page shows."""

from __future__ import annotations

from datetime import date, datetime

from prefect.client.schemas.objects import State

from flows import dated_analyses, steps
from flows.flow_forms import completed, noted_flow, thin_task
from flows.outcomes import contained
from flows.receipts import RunReceipt
from flows.weekly import load_task

__all__ = ["analysis"]


@thin_task(name="analyse")
def analyse_task(config: str | None, plan: steps.WeekPlan) -> dated_analyses.Analysed:
    """Build, check, fit and issue."""
    return contained(lambda: dated_analyses.analyse(config, plan))


@noted_flow(name="analysis")
def analysis(
    config: str | None = None, through: date | None = None, as_of: datetime | None = None
) -> State[RunReceipt]:
    """Analyse a frozen cohort from what has landed; asks no server and issues no week.

    config: settings file. through: last local day looked at, default last Sunday. as_of: what was known then, default
    the newest landing.
    """
    clock = steps.Clock()
    with steps.writing(config, "analysis"):
        loaded = clock.time("load", lambda: load_task(config))
        plan = contained(lambda: steps.plan_week(config, through=through, as_of=as_of))
        made = clock.time("analyse", lambda: analyse_task(config, plan))
    receipt = dated_analyses.analysis_receipt(plan, loaded, made, clock.seconds)
    return completed(receipt)
