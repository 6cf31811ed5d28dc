"""The episodes of a week for its page: all of them, and those that are not as in the last issue."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from metrics.line_list import CHANGED, NEW, LineChange, causes_of, episode_records, line_changes
from metrics.week_states import Fields, scalar
from reports.episode_words import DOCUMENTATION, SITES, SUBCLASSES, labels
from reports.words import EPISODE_FIELDS
from warehouse import read

__all__ = ["EPISODE_COLUMNS", "LINE_COLUMNS", "episode_list", "line_list", "version_name"]

EPISODE_COLUMNS = (
    "episode_id", "patient_id", "local_identifier", "ward", "course_number", "onset_on", "onset_day", "window_name",
    "specimen_at", "organisms", "infection_class", "site", "documentation", "result_status", "rule", "counted",
    "not_counted_reason", "evidence",
)  # fmt: skip
LINE_COLUMNS = ("change", *EPISODE_COLUMNS[:-1], "what", "cause", "evidence")
DAY_ZERO = "day_zero"
LABELS = {"infection_class": SUBCLASSES, "site": SITES, "documentation": DOCUMENTATION}


def episode_list(store: Path, run_id: str, zone: ZoneInfo) -> pd.DataFrame:
    """Every issued episode of a run, counted or listed, by onset: `EPISODE_COLUMNS`."""
    rows = read(store, "published.episodes", run_id=run_id)
    rows = rows.sort_values(["onset_on", "patient_id", "episode_id"], kind="stable", na_position="last")
    local, behind = local_numbers(store), versions_behind(store, run_id)
    told = [
        told_episode(record, zone, local) | {"evidence": behind.get(str(record["episode_id"]), [])}
        for record in episode_records(rows)
    ]
    return pd.DataFrame(told, columns=list(EPISODE_COLUMNS), dtype="object")


def line_list(store: Path, run_id: str, previous_run_id: str | None, zone: ZoneInfo) -> pd.DataFrame:
    """Episodes that are not as in the last issue: `LINE_COLUMNS`; empty on the first issue of a protocol."""
    lines: list[dict[str, Any]] = []
    if previous_run_id is not None:
        before = read(store, "published.episodes", run_id=previous_run_id)
        found = line_changes(before, read(store, "published.episodes", run_id=run_id))
        local, why = local_numbers(store), changes_by_episode(store, run_id)
        behind, was_behind = (versions_behind(store, run) for run in (run_id, previous_run_id))
        for line in found:
            rows = why.get(line.episode_id, [])
            versions = [*behind.get(line.episode_id, was_behind.get(line.episode_id, []))]
            versions += [version for version in changed_versions(rows) if version not in versions]
            told = told_episode(line.row, zone, local)
            said = {"what": what_changed(line), "cause": causes_of([str(row["cause"]) for row in rows])}
            lines.append({"change": line.change, **told, **said, "evidence": versions})
    return pd.DataFrame(lines, columns=list(LINE_COLUMNS), dtype="object")


def told_episode(row: Fields, zone: ZoneInfo, local: dict[str, str]) -> dict[str, Any]:
    """An issued episode in the columns of the page; the specimen's time is the hospital's."""
    taken = row["specimen_at"]
    named = {name: row[name] for name in EPISODE_COLUMNS if name in row}
    return named | {
        "local_identifier": local.get(str(row["patient_id"])),
        "specimen_at": row["specimen_on"] if taken is None else hospital_minute(str(taken), zone),
        "result_status": row["result_status"] or "",
    }


def hospital_minute(instant: str, zone: ZoneInfo) -> str:
    """An instant as the hospital's clock shows it.

    >>> hospital_minute("2018-07-20T00:15:00+00:00", ZoneInfo("Asia/Shanghai"))
    '2018-07-20 08:15'
    """
    return str(pd.Timestamp(instant).tz_convert(zone).strftime("%Y-%m-%d %H:%M"))


def what_changed(line: LineChange) -> str:
    """Before and after in words; of what is new or withdrawn, whether it counts."""
    if line.change == CHANGED:
        pairs = [(name, *(said(value, LABELS.get(name)) for value in values)) for name, values in line.fields.items()]
        return "; ".join(f"{EPISODE_FIELDS[name]}: {old} → {new}" for name, old, new in pairs)
    listed = f"listed, not counted ({said(line.row['not_counted_reason'])})"
    state = "counted" if line.row["counted"] else listed
    return state if line.change == NEW else f"was {state}"


def said(value: object, names: Mapping[str, str] | None = None) -> str:
    """A cell in words; `names` are those of its labels.

    >>> said(None), said(True), said("possible_contaminant_treated"), said(3), said("bacterial_gp", SUBCLASSES)
    ('none', 'yes', 'possible contaminant treated', '3', 'bacterial, Gram-positive')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value and names is not None:
        return labels(value, names)
    return "none" if value is None or value == "" else str(value).replace("_", " ")


def local_numbers(store: Path) -> dict[str, str]:
    """The local patient number by patient."""
    rows = read(store, "cohort.patients").dropna(subset=["local_identifier"])
    return dict(zip(rows["patient_id"], rows["local_identifier"], strict=True))


def versions_behind(store: Path, run_id: str) -> dict[str, list[str]]:
    """Resource versions behind each issued episode of a run as `Type/id/version`, the oldest evidence first."""
    rows = read(store, "published.episode_evidence", run_id=run_id)
    rows = rows[rows["role"] != DAY_ZERO]
    rows = rows.sort_values(["evidence_on", "resource_type", "resource_id"], kind="stable", na_position="last")
    behind: dict[str, list[str]] = {}
    for row in rows.itertuples(index=False):
        named = version_name(row.resource_type, row.resource_id, row.version_id)
        listed = behind.setdefault(str(row.episode_id), [])
        if named not in listed:
            listed.append(named)
    return behind


def changes_by_episode(store: Path, run_id: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of published.changes of a run, by episode."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in read(store, "published.changes", run_id=run_id).to_dict("records"):
        kind, _, episode_id = str(row["subject"]).partition("/")
        if kind == "episode":
            rows.setdefault(episode_id, []).append({str(name): value for name, value in row.items()})
    return rows


def changed_versions(rows: list[dict[str, Any]]) -> list[str]:
    """The versions that published.changes names, each before its successor; more than fifty are not named there."""
    named = []
    for item in [item for row in rows for item in json.loads(row["evidence"])]:
        versions = [item[name] for name in ("version_before", "version_after") if item.get(name) is not None]
        named += [version_name(item["resource_type"], item["resource_id"], version) for version in versions]
    return named


def version_name(resource_type: object, resource_id: object, version_id: object) -> str:
    """A resource version as people cite it; a server without versions has none.

    >>> version_name("Observation", "o1", "2"), version_name("Observation", "o1", None)
    ('Observation/o1/2', 'Observation/o1')
    """
    version = scalar(version_id)
    return f"{resource_type}/{resource_id}" + ("" if version is None else f"/{version}")
