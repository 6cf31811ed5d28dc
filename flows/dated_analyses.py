"""Dated analyses as plain functions: building a frozen cohort, fitting what was planned, issuing it.

An analysis is frozen at (`as_of`, `data_date`): what is learned later makes another one. It is issued under an id of
its own, because a week with the same clocks has the id of the build. No Prefect here.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from checks.gate import CheckRow
from flows import building, past_weeks, pulling
from flows.context import RunContext, open_context
from flows.page_figures import table_of_patients
from flows.publishing import check_frame, run_frame
from flows.receipts import RunReceipt
from flows.steps import STATIONS, Loaded, WeekPlan
from flows.weeks import ANALYSIS
from metrics.dated_analysis import dated_analysis
from warehouse import RunKey, append_published, land_definitions, read_build

__all__ = ["Analysed", "analyse", "analysis_id", "analysis_receipt"]

log = logging.getLogger("nadir.steps")


@dataclass(frozen=True)
class Analysed:
    """A dated analysis that was issued: its run, how whole the data were, number of associations and effects."""

    run_id: str
    outcome: str
    missing: tuple[str, ...]
    warnings: int
    associations: int
    effects: int


def analysis_id(run: RunKey) -> str:
    """The run id of the analysis of a build: 16 hexadecimal digits, another than the week's of the same build."""
    return hashlib.sha256(f"{ANALYSIS} {run.run_id}".encode()).hexdigest()[:16]


def analyse(config: str | None, plan: WeekPlan) -> Analysed:
    """Build what was known at the plan's clocks, run its gates, fit the planned models and issue them.

    Again with the same clocks gives the same rows. The caller holds the store's lock.

    Raises:
        GateStopped: a check stopped; nothing was issued.
    """
    context = open_context(config)
    run = building.run_key(context, as_of=plan.as_of, data_date=plan.data_date)
    log.info("analysis starts: through %s, run %s", plan.data_date, analysis_id(run))
    with building.built(context, run, building.EVERYTHING):
        checks = [row for station in STATIONS for row in building.check_station(context, run, station)]
        issued = issue_analysis(context, run, checks)
    past_weeks.show_newest(config, [])
    log.info("analysis ends: %s, %d effects", issued.outcome, issued.effects)
    return issued


def issue_analysis(context: RunContext, run: RunKey, checks: Sequence[CheckRow]) -> Analysed:
    """Compute the analysis of a build and issue it: landed first, then the archive."""
    settings = context.settings
    store = settings.store
    whole = building.completeness(context, run)
    outcome = "complete" if whole.is_complete else "incomplete"
    figures = dated_analysis(
        read_build(store, run.run_id, "counts.person_models"), read_build(store, run.run_id, "counts.two_by_two")
    )
    land_definitions(settings.landing, run)
    frames: dict[str, pd.DataFrame] = {
        "published.two_by_two": figures.two_by_two,
        "published.effects": figures.effects,
        "published.table_one": table_of_patients(store, run.run_id),
        "ops.checks": check_frame(checks),
        "ops.runs": run_frame(run, flow=ANALYSIS, outcome=outcome),
    }
    rows = append_published(store, settings.landing, analysis_id(run), frames)
    return Analysed(
        run_id=analysis_id(run),
        outcome=outcome,
        missing=pulling.missing_sentences(whole.missing, whole.patients),
        warnings=sum(1 for row in checks if not row.passed),
        associations=rows["published.two_by_two"],
        effects=rows["published.effects"],
    )


def analysis_receipt(plan: WeekPlan, loaded: Loaded, made: Analysed, seconds: dict[str, float]) -> RunReceipt:
    """The end of an analysis."""
    return RunReceipt(
        flow=ANALYSIS,
        outcome=made.outcome,
        as_of=plan.as_of,
        data_date=plan.data_date,
        run_id=made.run_id,
        week=None,
        page=None,
        missing=made.missing,
        warnings=made.warnings,
        counts={"lines": loaded.lines, "associations": made.associations, "effects": made.effects},
        seconds=seconds,
    )
