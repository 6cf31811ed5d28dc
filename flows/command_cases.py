"""`nadir cases`: the cases that need a verdict, what stands behind an episode, and the verdict itself.

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
from flows.context import RunContext, iso_week, now, open_context
from flows.errors import CommandRejected
from flows.first_screen import case_rows
from flows.outcomes import DONE
from flows.settings import Settings
from flows.weeks import ANALYSIS
from metrics.week_states import Json, scalar
from warehouse import read
from warehouse.ingests import read_json_lines

__all__ = ["VERDICTS", "decide", "list_cases", "show_case"]

VERDICTS = ("confirm", "reject", "reclassify")
OTHER_ANSWERS = ("death_of_infection", "death_of_other_cause", "progressed")
OF_THE_CASE = ("kind", "episode_id", "patient_id", "case_on", "case_day", "reason")
OF_THE_EPISODE = ("infection_class", "organisms", "counted")
BEHIND = ("resource_type", "resource_id", "version_id", "role", "reason", "evidence_on")
WHY = ("cause", "before", "after", "evidence")


def list_cases(arguments: argparse.Namespace) -> int:
    """The cases of the newest issue that a person must decide: the ones that its page sets apart, deaths first.

    `decided` is an answer that was given since, None where there is none: it counts from the next issue on.
    """
    settings = open_context(arguments.config).settings
    episodes = read(settings.store, "published.episodes", run_id=newest_run(settings))
    names = ("episode_id", "evidence_hash", *OF_THE_EPISODE)
    by_id = {str(row["episode_id"]): row for row in plain_rows(episodes, names)}
    given = answers_since(settings.landing)
    rows = []
    for case in case_rows(settings.store):
        episode = by_id.get(str(case["episode_id"]), {})
        key = (str(case["kind"]), case["episode_id"], episode.get("evidence_hash"))
        row = {name: case[name] for name in OF_THE_CASE} | {name: episode.get(name) for name in OF_THE_EPISODE}
        rows.append(row | {"decided": given.get(key)})
    if arguments.json:
        tell([json.dumps(rows, indent=2, ensure_ascii=False)])
    else:
        tell(["  ".join(str(value) for value in row.values()) for row in rows] or ["no case needs a verdict"])
    return DONE


def show_case(arguments: argparse.Namespace) -> int:
    """One episode of an issue, why it differs, and the resource versions behind it; of a withdrawn one as it was."""
    context = open_context(arguments.config)
    settings = context.settings
    run_id = run_of_week(context, arguments.week) if arguments.week else newest_run(settings)
    found, shown_in = episode_or_withdrawn(settings, run_id, arguments.episode_id)
    evidence = read(settings.store, "published.episode_evidence", run_id=shown_in, episode_id=arguments.episode_id)
    evidence = evidence.sort_values(["evidence_on", "resource_type", "resource_id"], kind="stable", na_position="last")
    changes = read(settings.store, "published.changes", run_id=run_id, subject=f"episode/{arguments.episode_id}")
    shown = {
        "episode": found,
        "withdrawn": shown_in != run_id,
        "changes": [{name: parsed(row[name]) for name in WHY} for row in plain_rows(changes, WHY)],
        "evidence": plain_rows(evidence, BEHIND),
    }
    tell([json.dumps(shown, indent=2, ensure_ascii=False)] if arguments.json else told_case(shown))
    return DONE


def told_case(shown: dict[str, Any]) -> list[str]:
    """A case as lines: its columns, why it differs, what stands behind it."""
    lines = [f"{name.replace('_', ' '):<28} {value}" for name, value in shown["episode"].items() if value is not None]
    if shown["withdrawn"]:
        lines.insert(0, "withdrawn since the issue before, where it was:")
    causes = [f"differs from the last issue: {row['cause']}" for row in shown["changes"]]
    behind = ["  ".join(str(value) for value in row.values()) for row in shown["evidence"]]
    return [*lines, "", *causes, *behind]


def parsed(cell: Json) -> object:
    """What published.changes keeps as JSON text; the cause is a word."""
    return json.loads(cell) if isinstance(cell, str) and cell[:1] in "[{" else cell


def episode_or_withdrawn(settings: Settings, run_id: str, episode_id: str) -> tuple[dict[str, Any], str]:
    """An episode of an issue, or of the one that it was compared with; and the run in which it stands.

    Raises:
        CommandRejected: neither has it.
    """
    previous = read(settings.store, "ops.runs", run_id=run_id)["previous_run_id"].dropna()
    for run in (run_id, *previous):
        rows = read(settings.store, "published.episodes", run_id=run, episode_id=episode_id)
        if len(rows):
            return plain_rows(rows, [str(name) for name in rows.columns])[0], str(run)
    raise CommandRejected("neither this issue nor the one before has such an episode. See the line list of its week")


def run_of_week(context: RunContext, week: str) -> str:
    """The last run that issued an ISO week.

    Raises:
        CommandRejected: the week was not issued.
    """
    runs = read(context.settings.store, "ops.runs", protocol=context.protocol.name).sort_values("as_of", kind="stable")
    runs = runs[runs["flow"] != ANALYSIS]
    found = [
        str(run_id)
        for run_id, sunday in zip(runs["run_id"], runs["data_date"], strict=True)
        if iso_week(pd.Timestamp(sunday).date()) == week
    ]
    if not found:
        raise CommandRejected(f"{week} was not issued. See `nadir report list`")
    return found[-1]


def decide(arguments: argparse.Namespace) -> int:
    """Write a verdict on an episode as its evidence stands in the newest issue; it counts from the next issue on."""
    context = open_context(arguments.config)
    settings = context.settings
    episode = the_episode(settings, arguments.episode_id)
    given = getattr(arguments, "to", None)
    if given is not None and given not in answers(context):
        raise CommandRejected(f"no such class. Choose one of {', '.join(answers(context))}")
    decided_at = now()
    line = {
        "evidence_hash": episode["evidence_hash"],
        "episode_id": arguments.episode_id,
        "verdict": arguments.verdict,
        "reclassified_to": given,
        "decided_by": arguments.by,
        "decided_at": decided_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "note": arguments.note,
    }
    path = append_verdict(settings.landing, line, decided_at)
    tell([f"{arguments.verdict} written to {path}; it counts from the next issue on"])
    return DONE


def answers_since(landing: Path) -> dict[tuple[str, Json, Json], str]:
    """The last landed answer by kind of case, episode and evidence: a yes or no, or what a patient died of."""
    lines = [line for path in sorted((landing / "verdicts").glob("*.jsonl")) for line in read_json_lines(path)]
    given = {}
    for line in sorted(lines, key=lambda line: str(line["decided_at"])):
        episode = (line["episode_id"], line["evidence_hash"])
        if line["verdict"] != "reclassify":
            given["episode", *episode] = str(line["verdict"])
        elif str(line["reclassified_to"]).startswith("death_of_"):
            given["death", *episode] = str(line["reclassified_to"])
    return given


def answers(context: RunContext) -> tuple[str, ...]:
    """What `--to` can be: a class, a group of them, a cause of death, a progression (docs/definitions.md#verdicts)."""
    classes = context.value_sets["infection_classes"].records()
    named = [str(row["infection_class"]) for row in classes]
    groups = [str(row["headline_label"]) for row in classes]
    return (*dict.fromkeys([*named, *groups]), *OTHER_ANSWERS)


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
