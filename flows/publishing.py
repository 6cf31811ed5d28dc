"""From counts to a published week: figures, files in `landing/published/`, the readers' file, the bundle, the index."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd

from checks.gate import CheckRow
from flows.building import Completeness, counts_of
from flows.changes import week_changes
from flows.context import RunContext, iso_week
from flows.first_screen import first_screen, week_figures
from flows.page_figures import cohort_panels, shown_analysis, table_of_patients
from flows.pulling import missing_sentences
from flows.releasing import releasing_issues
from flows.weeks import is_reconstructed
from metrics.figures import weekly_figures
from reports import Header, MethodNote, StoppedWeek, WeeklyBundle, write_bundle, write_index
from warehouse import RunKey, append_published, land_definitions, publish_reader, read, reading
from warehouse.published import write_rows

__all__ = ["PublishReceipt", "index_weeks", "land_stop", "publish_figures", "write_week"]

STOPS = "stopped"


@dataclass(frozen=True)
class PublishReceipt:
    """What was issued: run, week, number of rows per relation. Counts and names only."""

    run_id: str
    week: str
    outcome: str
    rows: dict[str, int]


def publish_figures(
    context: RunContext, run: RunKey, *, whole: Completeness, checks: Sequence[CheckRow], flow: str
) -> PublishReceipt:
    """Compute the figures of a build and issue them: landed first, then the archive, then the readers' file."""
    settings = context.settings
    outcome = "complete" if whole.is_complete else "incomplete"
    frames, previous_run_id = figure_frames(context, run, status=figure_status(context, run, whole, flow))
    land_definitions(settings.landing, run)
    rows = append_published(
        settings.store,
        settings.landing,
        run.run_id,
        {
            **frames,
            "ops.checks": check_frame(checks),
            "ops.runs": run_frame(run, flow=flow, outcome=outcome).assign(
                previous_run_id=previous_run_id, analysis_run_id=shown_analysis(context, run)
            ),
        },
    )
    publish_reader(settings.store, run.run_id)
    return PublishReceipt(run_id=run.run_id, week=iso_week(run.data_date), outcome=outcome, rows=rows)


def figure_frames(context: RunContext, run: RunKey, *, status: str) -> tuple[dict[str, pd.DataFrame], str | None]:
    """What is computed of a build, by relation of `published`, and the run it was compared with (None: first issue)."""
    store = context.settings.store
    figures = weekly_figures(counts_of(store, run.run_id), status=status)
    compared = week_changes(context, run, figures.estimates)
    previous_run_id = compared.previous_run_id
    first_line = week_figures(store, run.run_id, compared.frames["published.episodes"], previous_run_id, status=status)
    run_columns = {
        "as_of": run.as_of_text,
        "data_date": run.data_date.isoformat(),
        "week": iso_week(run.data_date),
        "protocol": context.protocol.name,
        "definition_version": context.protocol.version,
    }
    frames = {
        "published.estimates": pd.concat([first_line, figures.estimates]).assign(**run_columns),
        "published.curves": figures.curves,
        "published.two_by_two": figures.two_by_two,
        "published.table_one": table_of_patients(store, run.run_id),
        **compared.frames,
    }
    return frames, previous_run_id


def figure_status(context: RunContext, run: RunKey, whole: Completeness, flow: str) -> str:
    """Status of the run's figures: what is missing comes first, then whether a past week was built in hindsight."""
    if not whole.is_complete:
        return "incomplete"
    return "reconstructed" if in_hindsight(context, run, flow) else "final"


def in_hindsight(context: RunContext, run: RunKey, flow: str) -> bool:
    """True for a past week that `backfill` built with knowledge that did not exist on its Monday."""
    return flow == "backfill" and is_reconstructed(run.as_of, run.data_date, context.settings.zone)


def check_frame(checks: Sequence[CheckRow]) -> pd.DataFrame:
    """Check rows as ops.checks without the run; `protects` as one text."""
    columns = [
        "relation",
        "check_name",
        "severity",
        "passed",
        "element_count",
        "unexpected_count",
        "protects",
        "reason",
    ]
    rows = [
        [c.relation, c.check_name, c.severity, c.passed, c.element_count, c.unexpected_count,
         c.protects if isinstance(c.protects, str) else ", ".join(c.protects), c.reason]
        for c in checks
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def run_frame(run: RunKey, *, flow: str, outcome: str) -> pd.DataFrame:
    """The one row of ops.runs."""
    return pd.DataFrame(
        [
            {
                "flow": flow,
                "as_of": run.as_of_text,
                "data_date": run.data_date.isoformat(),
                "protocol": run.protocol.name,
                "protocol_hash": run.protocol.hash,
                "valueset_hash": run.value_sets.hash,
                "software_version": run.software_version,
                "outcome": outcome,
            }
        ]
    )


def write_week(context: RunContext, run: RunKey, whole: Completeness) -> Path:
    """Write the week's bundle from what was published, and the index; returns the page's path."""
    settings = context.settings
    bundle = weekly_bundle(context, run, whole)
    page = write_bundle(
        bundle,
        settings.reports,
        link_template=settings["patient.link_template"],
        minimum_cell=settings["report.minimum_cell"],
    )
    index_weeks(context)
    return page


def weekly_bundle(context: RunContext, run: RunKey, whole: Completeness) -> WeeklyBundle:
    """Everything that the week's files say, read back through the readers' door."""
    with reading(context.settings.store):
        return bundle_of_readers(context, run, whole)


def bundle_of_readers(context: RunContext, run: RunKey, whole: Completeness) -> WeeklyBundle:
    """The bundle, relation by relation."""
    store, run_id = context.settings.store, run.run_id
    estimates = read(store, "published.estimates", run_id=run_id).pipe(in_issue_order)
    return WeeklyBundle(
        header=header(context, run, whole),
        estimates=estimates,
        curves=read(store, "published.curves", run_id=run_id),
        two_by_two=read(store, "published.two_by_two", run_id=run_id),
        funnel_patients=read(store, "counts.funnel_patients").sort_values(["step_number", "reason"], kind="stable"),
        funnel_episodes=read(store, "counts.funnel_episodes").sort_values(["step_number", "reason"], kind="stable"),
        checks=read(store, "ops.checks", run_id=run_id),
        ledger=read(store, "ops.pull_summary"),
        rejects=read(store, "ops.reject_summary"),
        findings=read(store, "ops.finding_summary"),
        unmapped=read(store, "counts.unmapped_codes"),
        notes=method_notes(context),
        **first_screen(context, run_id, estimates),
        history=releasing_issues(store, run_id),
        **cohort_panels(store, run_id),
    )


def in_issue_order(estimates: pd.DataFrame) -> pd.DataFrame:
    """Estimates in the order of the page: measure, stratum, window, class."""
    return estimates.sort_values(["measure", "stratum", "window_name", "infection_class"], kind="stable")


def header(context: RunContext, run: RunKey, whole: Completeness) -> Header:
    """Who, when and how whole."""
    [flow] = read(context.settings.store, "ops.runs", run_id=run.run_id)["flow"]
    return Header(
        protocol=context.protocol.name,
        protocol_title=context.protocol.title,
        week=iso_week(run.data_date),
        data_date=run.data_date.isoformat(),
        as_of=run.as_of_text,
        run_id=run.run_id,
        software_version=run.software_version,
        protocol_hash=run.protocol.hash,
        valueset_hash=run.value_sets.hash,
        outcome="complete" if whole.is_complete else "incomplete",
        missing=missing_sentences(whole.missing, whole.patients),
        patients_asked=whole.patients,
        reconstructed=in_hindsight(context, run, str(flow)),
    )


def method_notes(context: RunContext) -> tuple[MethodNote, ...]:
    """Every threshold of the protocol with its source, unconfirmed ones first."""
    notes = [
        MethodNote(name, str(t.value), t.comparator, t.unit, t.source, t.tag, t.verified)
        for name, t in context.protocol.sourced_thresholds().items()
    ]
    return tuple(sorted(notes, key=lambda note: (note.verified, note.name)))


def land_stop(context: RunContext, *, as_of: datetime, data_date: date, reason: str) -> None:
    """Keep that a week was not issued, and why; the index shows it until the week is issued."""
    week = iso_week(data_date)
    known = as_of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    row: dict[str, str | int | float | bool | None] = {
        "protocol": context.protocol.name, "week": week, "reason": reason, "as_of": known,
    }  # fmt: skip
    write_rows(context.settings.landing / STOPS / f"{context.protocol.name}-{week}.jsonl", [row])


def index_weeks(context: RunContext) -> Path:
    """Rewrite the index of weeks."""
    rows = [
        json.loads(line)
        for path in sorted((context.settings.landing / STOPS).glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    stops = [StoppedWeek(row["protocol"], row["week"], row["reason"], row["as_of"]) for row in rows]
    return write_index(context.settings.reports, stops)
