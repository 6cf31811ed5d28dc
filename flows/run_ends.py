"""How runs end, for whoever watches: `status.json`, a Prometheus text file, and one line in the log.

Prefect calls `note_end` as a hook, in the run's process or, after a crash, in the worker's; by keyword, so the names
of its parameters are fixed.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.context import now
from flows.outcomes import sentence
from flows.receipts import RunReceipt
from flows.run_log import run_log
from flows.settings import Settings, load_settings
from flows.watching import gather, last_runs
from warehouse.store import replace_file

if TYPE_CHECKING:
    from prefect import Flow
    from prefect.client.schemas.objects import FlowRun, State

__all__ = ["RunEnd", "note_end", "prometheus_lines", "write_status"]

CRASHED = (
    "the process of the run ended without a word (killed, or the machine stopped). What was landed and issued before "
    "is kept; the next run goes on from there"
)
CANCELLED = "cancelled in Prefect. What was landed and issued before is kept; the next run goes on from there"
log = logging.getLogger("nadir.runs")


@dataclass(frozen=True)
class RunEnd:
    """One line about a run: outcome complete, incomplete, failed, crashed or cancelled; instants as UTC text."""

    flow: str
    flow_run: str
    flow_run_id: str
    started_at: str | None
    ended_at: str
    outcome: str
    sentence: str
    run_id: str | None
    week: str | None


def note_end(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Write how a flow run ended beside the data; nothing of a patient is in it."""
    config = flow_run.parameters.get("config")
    settings = load_settings(Path(config) if config else None)
    ended = RunEnd(
        flow=flow.name,
        flow_run=flow_run.name,
        flow_run_id=str(flow_run.id),
        started_at=utc_text(flow_run.start_time),
        ended_at=str(utc_text(now())),
        **told(state),
    )
    write_status(settings, ended)
    with run_log(settings, f"{ended.flow}/{ended.flow_run}", run_id=ended.run_id):
        log.log(
            logging.INFO if ended.outcome == "complete" else logging.WARNING, "%s: %s", ended.outcome, ended.sentence
        )


def told(state: State[Any]) -> dict[str, Any]:
    """Outcome, sentence, run and week of an ended flow."""
    result = getattr(state.data, "result", state.data)
    nothing = {"run_id": None, "week": None}
    if isinstance(result, RunReceipt):
        return {"outcome": result.outcome, "sentence": done(result), "run_id": result.run_id, "week": result.week}
    if state.is_cancelled():
        return {"outcome": "cancelled", "sentence": CANCELLED, **nothing}
    if state.is_crashed() or not isinstance(result, BaseException):
        return {"outcome": "crashed", "sentence": CRASHED, **nothing}
    return {"outcome": "failed", "sentence": sentence(result).rstrip("."), **nothing}


def done(receipt: RunReceipt) -> str:
    """`2018-W30 issued, complete`, or what is missing."""
    what = f"{receipt.week} issued" if receipt.week else f"{receipt.flow} done"
    return f"{what}, complete" if receipt.is_complete else f"{what}, incomplete: {'; '.join(receipt.missing)}"


def write_status(settings: Settings, ended: RunEnd) -> None:
    """Write status.json and nadir.prom as wholes, owner only: a reader sees the file of before or of after."""
    facts = gather(settings)
    facts["runs"] = {**last_runs(settings.home), ended.flow: asdict(ended)}
    facts["last_run"] = f"{ended.flow} at {ended.ended_at}: {ended.sentence}"
    write_private(settings.home / "status.json", json.dumps({"written_at": ended.ended_at, **facts}, indent=2) + "\n")
    write_private(settings.home / "nadir.prom", "\n".join(prometheus_lines(facts)) + "\n")


def write_private(path: Path, text: str) -> None:
    """Replace a file by a new one that only its owner reads."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with open(temporary, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
    replace_file(temporary, path)


def prometheus_lines(facts: dict[str, Any]) -> list[str]:
    """The facts as gauges of the Prometheus text format; a gauge that has no value yet is left out."""
    gauges: list[tuple[str, str, str, float | None]] = []
    for name, run in sorted(facts["runs"].items()):
        label = f'{{flow="{name}"}}'
        gauges.append(("nadir_run_end_seconds", "when a flow last ended", label, seconds_of(run["ended_at"])))
        is_done = run["outcome"] in ("complete", "incomplete")
        gauges.append(("nadir_run_done", "1: the last run of a flow did its work", label, float(is_done)))
        gauges.append(("nadir_run_complete", "1: and nothing was missing", label, float(run["outcome"] == "complete")))
    gauges.append(("nadir_issue_known_seconds", "as_of of the last issue", "", seconds_of(facts["last_known_at"])))
    issued = facts["last_outcome"]
    gauges.append(("nadir_issue_complete", "1: the last issue is complete", "", issued and float(issued == "complete")))
    gauges.append(("nadir_weeks_issued", "weeks in reports/", "", float(facts["weeks_issued"])))
    gauges.append(("nadir_landing_seconds", "newest closed ingest", "", seconds_of(facts["newest_landing"])))
    for row in facts["completeness"]:
        label = f'{{resource_type="{row["resource_type"]}"}}'
        missing = float(row["units"] - row["complete"])
        gauges.append(("nadir_units_not_complete", "units of the newest pull not complete", label, missing))
    for name, size in facts["disk"].items():
        gauges.append(("nadir_disk_bytes", "bytes by place", f'{{place="{name.removesuffix("_bytes")}"}}', float(size)))
    gauges.append(("nadir_build_info", "software version", f'{{version="{facts["versions"]["nadir"]}"}}', 1.0))
    return [line for name in dict.fromkeys(gauge[0] for gauge in gauges) for line in gauge_lines(name, gauges)]


def gauge_lines(name: str, gauges: list[tuple[str, str, str, float | None]]) -> list[str]:
    """HELP, TYPE and samples of one gauge; samples of a name stand together, as the format asks."""
    samples = [
        f"{name}{label} {value:.10g}" for found, _, label, value in gauges if found == name and value is not None
    ]
    says = next(says for found, says, _, _ in gauges if found == name)
    return [f"# HELP {name} {says}", f"# TYPE {name} gauge", *samples] if samples else []


def seconds_of(instant: str | None) -> float | None:
    """Unix time of an instant given as text; None stays None."""
    return None if instant is None else datetime.fromisoformat(instant).timestamp()


def utc_text(instant: datetime | None) -> str | None:
    """An instant in UTC with whole seconds."""
    return None if instant is None else instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
