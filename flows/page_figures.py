"""What the page shows below the first screen: table of patients, swimmer plot, benchmarks, dated analysis."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

import pandas as pd

from metrics.table_one import table_one
from reports.benchmarks import published_studies
from warehouse import read, read_build

__all__ = ["CohortPanels", "cohort_panels", "table_of_patients"]


class CohortPanels(TypedDict):
    """Fields of the weekly bundle."""

    swimmer: pd.DataFrame
    table_one: pd.DataFrame
    benchmarks: pd.DataFrame


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
    )


def swimmer_rows(store: Path) -> pd.DataFrame:
    """Bars and marks with the local patient number, the longest follow-up first, each patient's rows together."""
    patients = read(store, "cohort.patients")[["patient_id", "local_identifier"]]
    rows = read(store, "cohort.timelines").merge(patients, on="patient_id", how="left")
    rows["is_mark"] = rows["event"] != "bar"
    order = ["follow_up_to", "follow_up_from", "patient_id", "is_mark", "day_from", "event", "infection_class"]
    rows = rows.sort_values(order, ascending=[False, *[True] * (len(order) - 1)], kind="stable", na_position="first")
    return rows.drop(columns="is_mark").reset_index(drop=True)
