"""What the page shows below the first screen: table of patients, swimmer plot, benchmarks, dated analysis."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

import pandas as pd

from flows.context import RunContext
from flows.weeks import ANALYSIS
from metrics.table_one import table_one
from reports import Analysis
from reports.benchmarks import published_studies
from warehouse import RunKey, read, read_build, read_issued

__all__ = ["CohortPanels", "cohort_panels", "shown_analysis", "table_of_patients"]


class CohortPanels(TypedDict):
    """Fields of the weekly bundle."""

    swimmer: pd.DataFrame
    table_one: pd.DataFrame
    benchmarks: pd.DataFrame
    analysis: Analysis | None


def table_of_patients(store: Path, run_id: str) -> pd.DataFrame:
    """The rows of `published.table_one` of a build, without `run_id`."""
    persons = read_build(store, run_id, "counts.person_baseline")
    return table_one(persons, read_build(store, run_id, "counts.strata"))


def cohort_panels(store: Path, run_id: str) -> CohortPanels:
    """The panels of an issued run, read back through the readers' door."""
    return CohortPanels(
        swimmer=swimmer_rows(store),
        table_one=read(store, "published.table_one", run_id=run_id).drop(columns="run_id").sort_values("place"),
        benchmarks=published_studies(),
        analysis=shown_panel(store, run_id),
    )


def swimmer_rows(store: Path) -> pd.DataFrame:
    """Bars and marks with the local patient number, the longest follow-up first, each patient's rows together."""
    patients = read(store, "cohort.patients")[["patient_id", "local_identifier"]]
    rows = read(store, "cohort.timelines").merge(patients, on="patient_id", how="left")
    rows["is_mark"] = rows["event"] != "bar"
    order = ["follow_up_to", "follow_up_from", "patient_id", "is_mark", "day_from", "event", "infection_class"]
    rows = rows.sort_values(order, ascending=[False, *[True] * (len(order) - 1)], kind="stable", na_position="first")
    return rows.drop(columns="is_mark").reset_index(drop=True)


def shown_analysis(context: RunContext, run: RunKey) -> str | None:
    """The dated analysis that a week shows: the newest one of the protocol that looks no further than the week does.

    A week that was issued before keeps what it showed then, also nothing: its files would be others otherwise. None
    where there is no analysis.
    """
    runs = read_issued(context.settings.store, "ops.runs", protocol=run.protocol.name)
    mine = runs.loc[runs["run_id"] == run.run_id, "analysis_run_id"]
    if len(mine):
        return None if pd.isna(mine.iloc[0]) else str(mine.iloc[0])
    known = runs[
        (runs["flow"] == ANALYSIS)
        & (pd.to_datetime(runs["as_of"], utc=True) <= run.as_of)
        & (pd.to_datetime(runs["data_date"]).dt.date <= run.data_date)
    ].sort_values(["data_date", "as_of", "run_id"])
    return None if known.empty else str(known["run_id"].iloc[-1])


def shown_panel(store: Path, run_id: str) -> Analysis | None:
    """The analysis that the week of a run shows, without p values; None where it shows none."""
    [shown] = read(store, "ops.runs", run_id=run_id)["analysis_run_id"]
    if pd.isna(shown):
        return None
    [made] = read(store, "ops.runs", run_id=str(shown)).to_dict("records")
    effects = read(store, "published.effects", run_id=str(shown)).sort_values("place")
    return Analysis(
        run_id=str(shown),
        data_date=pd.Timestamp(made["data_date"]).date().isoformat(),
        as_of=pd.Timestamp(made["as_of"]).tz_convert("UTC").strftime("%Y-%m-%dT%H:%M:%SZ"),
        two_by_two=read(store, "published.two_by_two", run_id=str(shown)),
        effects=effects.drop(columns=["p_value", "p_adjusted", "p_adjustment"]),
    )
