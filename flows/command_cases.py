"""`nadir cases`: the episodes that need a verdict, what stands behind one, and the verdict itself.

Reading opens `read.duckdb` only; a verdict is one line in `landing/verdicts/`, written without any lock on the store.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from flows.command_config import tell
from flows.context import now, open_context
from flows.errors import CommandRejected
from flows.outcomes import DONE
from flows.settings import Settings
from flows.weeks import ANALYSIS
from metrics.changes import scalar
from warehouse import read

__all__ = ["VERDICTS", "decide", "list_cases", "show_case"]

VERDICTS = ("confirm", "reject", "reclassify")
QUESTIONED = ("possible_contaminant_treated", "presumed_viral_urti", "fungal_candidate", "c_difficile_toxin_negative")
LISTED = ("episode_id", "patient_id", "onset_on", "onset_day", "infection_class", "organisms", "not_counted_reason")
BEHIND = ("resource_type", "resource_id", "version_id", "role", "reason", "evidence_on")


def list_cases(arguments: argparse.Namespace) -> int:
    """The episodes of the newest issue whose counting a person must decide, without a verdict on their evidence."""
    settings = open_context(arguments.config).settings
    episodes = read(settings.store, "published.episodes", run_id=newest_run(settings))
    decided = set(read(settings.store, "ops.verdicts")["evidence_hash"].dropna())
    open_ones = episodes[episodes["not_counted_reason"].isin(QUESTIONED) & ~episodes["evidence_hash"].isin(decided)]
    rows = plain_rows(open_ones.sort_values(["onset_on", "episode_id"], kind="stable"), LISTED)
    if arguments.json:
        tell([json.dumps(rows, indent=2, ensure_ascii=False)])
    else:
        tell(["  ".join(str(value) for value in row.values()) for row in rows] or ["no case needs a verdict"])
    return DONE


def show_case(arguments: argparse.Namespace) -> int:
    """One episode of the newest issue and the resource versions behind it."""
    settings = open_context(arguments.config).settings
    episode = the_episode(settings, arguments.episode_id)
    evidence = read(
        settings.store, "published.episode_evidence", run_id=newest_run(settings), episode_id=arguments.episode_id
    )
    rows = plain_rows(evidence, BEHIND)
    if arguments.json:
        tell([json.dumps({"episode": episode, "evidence": rows}, indent=2, ensure_ascii=False)])
    else:
        told = [f"{name.replace('_', ' '):<28} {value}" for name, value in episode.items() if value is not None]
        tell([*told, "", *("  ".join(str(value) for value in row.values()) for row in rows)])
    return DONE


def decide(arguments: argparse.Namespace) -> int:
    """Write a verdict on an episode as its evidence stands in the newest issue; it counts from the next issue on."""
    settings = open_context(arguments.config).settings
    episode = the_episode(settings, arguments.episode_id)
    decided_at = now()
    line = {
        "evidence_hash": episode["evidence_hash"],
        "episode_id": arguments.episode_id,
        "verdict": arguments.verdict,
        "reclassified_to": getattr(arguments, "to", None),
        "decided_by": arguments.by,
        "decided_at": decided_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "note": arguments.note,
    }
    path = append_verdict(settings.landing, line, decided_at)
    tell([f"{arguments.verdict} written to {path}; it counts from the next issue on"])
    return DONE


def append_verdict(landing: Path, line: dict[str, Any], decided_at: datetime) -> Path:
    """Append one line to the day's file, owner only, as a whole also where two people write at once."""
    folder = landing / "verdicts"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{decided_at.date().isoformat()}.jsonl"
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return path


def the_episode(settings: Settings, episode_id: str) -> dict[str, Any]:
    """An episode of the newest issue.

    Raises:
        CommandRejected: the newest issue has no such episode.
    """
    found = read(settings.store, "published.episodes", run_id=newest_run(settings), episode_id=episode_id)
    if found.empty:
        raise CommandRejected("the newest issue has no such episode. See `nadir cases list` and the line list")
    return plain_rows(found, [str(name) for name in found.columns])[0]


def newest_run(settings: Settings) -> str:
    """The run of the build that readers see.

    Raises:
        CommandRejected: nothing was issued yet.
    """
    runs = read(settings.store, "ops.runs")
    runs = runs[runs["flow"] != ANALYSIS]
    clocks = read(settings.store, "ref.run")
    same = (pd.to_datetime(runs["as_of"], utc=True) == pd.to_datetime(clocks["as_of"], utc=True)[0]) & (
        pd.to_datetime(runs["data_date"]) == pd.to_datetime(clocks["data_date"])[0]
    )
    seen = runs[same & ~runs["run_id"].isin(runs["previous_run_id"].dropna())]
    chosen = seen if len(seen) else runs[same]
    if chosen.empty:
        raise CommandRejected("no week was issued yet. Run `nadir run weekly` first")
    return str(chosen["run_id"].iloc[-1])


def plain_rows(frame: pd.DataFrame, columns: list[str] | tuple[str, ...]) -> list[dict[str, Any]]:
    """Rows of chosen columns as JSON values."""
    return [{name: scalar(row[name]) for name in columns} for row in frame.to_dict("records")]
