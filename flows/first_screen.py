"""The first screen of a week: its line of counts, the episodes that differ, and the cases that need a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict

import pandas as pd

from flows.context import RunContext, iso_week
from flows.line_list import episode_list, line_list, version_name
from metrics.first_screen import first_screen_rows
from metrics.line_list import line_changes
from metrics.week_states import scalar
from reports import WeekCounts
from reports.words import CASE_REASONS
from warehouse import read, read_build, read_issued

__all__ = ["FirstScreen", "case_rows", "first_screen", "week_figures"]

CASE_COLUMNS = (
    "kind", "episode_id", "patient_id", "local_identifier", "ward", "on_", "onset_day", "infection_class", "site",
    "organisms", "reason", "evidence",
)  # fmt: skip
OF_THE_EPISODE = ("ward", "infection_class", "site", "organisms")


class FirstScreen(TypedDict):
    """Fields of the weekly bundle."""

    episodes: pd.DataFrame
    week_counts: WeekCounts
    line_list: pd.DataFrame
    to_adjudicate: pd.DataFrame


def week_figures(
    store: Path, run_id: str, episodes: pd.DataFrame, previous_run_id: str | None, *, status: str
) -> pd.DataFrame:
    """The rows of published.estimates that make the first line of a run that is built and not yet issued.

    `episodes` are those that are issued with it. On the first issue of a protocol no episode is new.
    """
    before = episodes if previous_run_id is None else read_issued(store, "published.episodes", run_id=previous_run_id)
    counts = read_build(store, run_id, "counts.first_screen")
    return first_screen_rows(counts, line_changes(before, episodes), status=status)


def first_screen(context: RunContext, run_id: str, estimates: pd.DataFrame) -> FirstScreen:
    """The first screen of an issued run, read back through the readers' door. `estimates` are those of the run."""
    store, zone = context.settings.store, context.settings.zone
    runs = read(store, "ops.runs", run_id=run_id)
    previous = scalar(runs["previous_run_id"].iloc[0])
    previous_run_id = None if previous is None else str(previous)
    episodes = episode_list(store, run_id, zone)
    return FirstScreen(
        episodes=episodes,
        week_counts=week_counts(estimates, week_of(store, previous_run_id)),
        line_list=line_list(store, run_id, previous_run_id, zone),
        to_adjudicate=to_adjudicate(store, episodes),
    )


def week_of(store: Path, run_id: str | None) -> str | None:
    """The ISO week of an issued run."""
    if run_id is None:
        return None
    return iso_week(pd.Timestamp(read(store, "ops.runs", run_id=run_id)["data_date"].iloc[0]).date())


def week_counts(estimates: pd.DataFrame, previous_week: str | None) -> WeekCounts:
    """The first line, from the published rows."""
    rows = zip(estimates["measure"], estimates["window_name"], estimates["numerator"], strict=True)
    number = {(str(measure), scalar(window)): value for measure, window, value in rows}
    return WeekCounts(
        day_0_30=int(number["week_patients", "early"]),
        day_31_90=int(number["week_patients", "late"]),
        infusions=int(number["week_infusions", None]),
        new=int(number["week_new_episodes", None]),
        changed=int(number["week_changed_episodes", None]),
        withdrawn=int(number["week_withdrawn_episodes", None]),
        deaths=int(number["week_deaths", None]),
        to_adjudicate=int(number["week_cases_to_adjudicate", None]),
        previous_week=previous_week,
    )


def case_rows(store: Path) -> list[dict[str, Any]]:
    """The cases of the newest issue that need a verdict, deaths first, each group by day; `reason` is the key."""
    cases = read(store, "cohort.open_cases")
    cases = cases.sort_values(["kind", "case_on", "patient_id"], kind="stable", na_position="last")
    rows = [{str(name): scalar(value) for name, value in row.items()} for row in cases.to_dict("records")]
    return [row for kind in ("death", "episode") for row in rows if row["kind"] == kind]


def to_adjudicate(store: Path, episodes: pd.DataFrame) -> pd.DataFrame:
    """The cases that need a verdict with what the page says of them; a death has the place of its last episode."""
    by_id = {row["episode_id"]: row for row in episodes.to_dict("records")}
    patients = read(store, "cohort.patients")
    local = dict(zip(patients["patient_id"], patients["local_identifier"], strict=True))
    behind = case_versions(store)
    rows = []
    for case in case_rows(store):
        episode = by_id.get(case["episode_id"], {})
        rows.append(
            {name: case[name] for name in ("kind", "episode_id", "patient_id")}
            | {name: episode.get(name) for name in OF_THE_EPISODE}
            | {"local_identifier": scalar(local.get(case["patient_id"]))}
            | {"on_": case["case_on"], "onset_day": case["case_day"]}
            | {"reason": CASE_REASONS.get(str(case["reason"]), str(case["reason"]).replace("_", " "))}
            | {"evidence": behind.get((str(case["kind"]), str(case["patient_id"]), case["episode_id"]), [])}
        )
    return pd.DataFrame(rows, columns=list(CASE_COLUMNS), dtype="object")


def case_versions(store: Path) -> dict[tuple[str, str, Any], list[str]]:
    """Resource versions behind each open case, the oldest evidence first, records of a cause last."""
    rows = read(store, "cohort.open_case_evidence")
    rows = rows.sort_values(["evidence_on", "resource_type", "resource_id"], kind="stable", na_position="last")
    behind: dict[tuple[str, str, Any], list[str]] = {}
    for row in rows.itertuples(index=False):
        key = (str(row.kind), str(row.patient_id), scalar(row.episode_id))
        behind.setdefault(key, []).append(version_name(row.resource_type, row.resource_id, row.version_id))
    return behind
