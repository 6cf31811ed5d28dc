"""Which issues the shareable edition of a week may show: those along the line of issues that came before it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from warehouse import read

__all__ = ["releasing_issues"]

RELEASING_FLOW = "weekly"


def releasing_issues(store: Path, run_id: str) -> pd.DataFrame:
    """Published estimates of a run and of the issues before it, oldest first, as far as they may release; `outcome` of
    the run beside them. Empty when none may.

    The line is the one that was recorded when each was issued, so that a week built again finds the same.
    """
    runs = read(store, "ops.runs")
    line = issues_before(runs, run_id)
    outcomes = {str(row["run_id"]): str(row["outcome"]) for row in line if may_release(row, runs)}
    estimates = read(store, "published.estimates")
    rows = estimates[estimates["run_id"].isin(outcomes)]
    order = {name: place for place, name in enumerate(outcomes)}
    rows = rows.assign(outcome=rows["run_id"].map(outcomes), place=rows["run_id"].map(order))
    return rows.sort_values("place", kind="stable").drop(columns="place")


def issues_before(runs: pd.DataFrame, run_id: str) -> list[dict[Any, Any]]:
    """A run and what it was compared with, and so on back to the first issue; oldest first."""
    by_id = {row["run_id"]: row for row in runs.to_dict("records")}
    line: list[dict[Any, Any]] = []
    found = by_id.get(run_id)
    while found is not None and found not in line:
        line.append(found)
        found = by_id.get(found["previous_run_id"])
    return line[::-1]


def may_release(row: dict[Any, Any], runs: pd.DataFrame) -> bool:
    """False for a week issued in hindsight, and for one older than a week known before it: beside the pages that are
    out, its figures would tell what happened in between.
    """
    newer = (runs["protocol"] == row["protocol"]) & (runs["data_date"] > row["data_date"])
    return row["flow"] == RELEASING_FLOW and not (newer & (runs["as_of"] < row["as_of"])).any()
