"""`nadir status`: one screen about an installation. Never reads the archive."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flows.command_config import tell
from flows.context import now, open_context
from flows.outcomes import DONE, INCOMPLETE
from flows.watching import gather

__all__ = ["status"]

GIGABYTE = 1_000_000_000


def status(arguments: argparse.Namespace) -> int:
    """Last issue, completeness by type, newest data, lock, disk, versions. Answers while a run is writing.

    Exit code 1 when the last issue is incomplete, older than `--max-age`, or a newer run of a flow did not end well.
    """
    facts = gather(open_context(arguments.config).settings)
    tell([json.dumps(facts, indent=2)] if arguments.json else list(screen(facts)))
    if arguments.max_age is not None:
        issued = facts["last_known_at"]
        if issued is None or now() - datetime.fromisoformat(str(issued)) > arguments.max_age:
            return INCOMPLETE
    is_broken = any(run["outcome"] in ("failed", "crashed") for run in facts["runs"].values())
    return INCOMPLETE if is_broken or facts["last_outcome"] == "incomplete" else DONE


def screen(facts: dict[str, Any]) -> Iterator[str]:
    """The facts as lines."""
    for name, value in facts.items():
        if name == "completeness":
            yield from (line(name if row is value[0] else "", unit_text(row)) for row in value)
        elif name == "disk":
            yield line(name, ", ".join(f"{key.removesuffix('_bytes')} {size(count)}" for key, count in value.items()))
        elif name == "versions":
            yield line(name, ", ".join(f"{key} {text}" for key, text in value.items()))
        elif name == "runs":
            yield from (line(f"{flow} run", f"{run['ended_at']} {run['outcome']}") for flow, run in value.items())
        else:
            yield line(name, value)


def line(name: str, value: object) -> str:
    """One fact."""
    return f"{name.replace('_', ' '):<16} {'none' if value in (None, '') else value}"


def unit_text(row: dict[str, Any]) -> str:
    """`Observation 90 of 90 units complete`, with what is not."""
    rest = [f"{row[status]} {status}" for status in ("incomplete", "failed", "pending") if row[status]]
    return ", ".join([f"{row['resource_type']}: {row['complete']} of {row['units']} units complete", *rest])


def size(count: int) -> str:
    """Bytes as gigabytes."""
    return f"{count / GIGABYTE:.2f} GB"
