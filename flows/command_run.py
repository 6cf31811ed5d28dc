"""`nadir run`: run a flow in this process and say how it ended."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flows.command_config import tell
from flows.context import open_context
from flows.outcomes import DONE, INCOMPLETE, NOT_DONE, sentence
from flows.pulling import access, only_of, rehearsal
from flows.receipts import RunReceipt
from flows.settings import load_settings, prepare_prefect
from flows.summary import effect_lines, rehearsal_lines, stage_lines, summary_lines
from flows.weeks import ANALYSIS
from warehouse import read, read_issued

__all__ = ["analysis", "backfill", "day", "ingest", "instant", "rebuild", "run_ingest", "run_weekly", "weekly"]


def day(text: str) -> date:
    """A local day given as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2018-07-29") from error


def instant(text: str) -> datetime:
    """An instant given with its offset; without one it is UTC."""
    try:
        read_instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no instant such as 2018-07-30T01:00:00Z") from error
    return read_instant if read_instant.tzinfo else read_instant.replace(tzinfo=UTC)


def ingest(arguments: argparse.Namespace) -> int:
    """`nadir run ingest`."""
    only = tuple(arguments.only or ())
    if arguments.rehearse:
        return rehearse_ingest(arguments.config, full=arguments.full, only=only, json_wanted=arguments.json)
    return run_ingest(arguments.config, full=arguments.full, only=only, json_wanted=arguments.json)


def weekly(arguments: argparse.Namespace) -> int:
    """`nadir run weekly`."""
    return run_weekly(
        arguments.config,
        through=arguments.through,
        as_of=arguments.as_of,
        ingest=not arguments.no_ingest,
        strict=arguments.strict,
        json_wanted=arguments.json,
    )


def analysis(arguments: argparse.Namespace) -> int:
    """`nadir run analysis`: a dated analysis of a frozen cohort, from what has landed."""
    state = analysis_state(arguments.config, through=arguments.through, as_of=arguments.as_of)
    return ended(state, arguments.config, json_wanted=arguments.json, strict=False)


def analysis_state(config: Path | None, *, through: date | None, as_of: datetime | None) -> Any:  # noqa: ANN401  a Prefect state
    """Run the analysis flow here; returns the state it ended in."""
    prepare_prefect(open_context(config).settings.home)
    from flows.analysis import analysis as flow

    return flow(path_text(config), through=through, as_of=as_of, return_state=True)


def backfill(arguments: argparse.Namespace) -> int:
    """`nadir run backfill`: issue past weeks that were never issued, from what has landed."""
    prepare_prefect(open_context(arguments.config).settings.home)
    from flows.backfill import backfill as flow

    state = flow(path_text(arguments.config), first=arguments.first, last=arguments.last, return_state=True)
    return ended(state, arguments.config, json_wanted=arguments.json, strict=False)


def rebuild(arguments: argparse.Namespace) -> int:
    """`nadir run rebuild`: build issued weeks again and compare them byte by byte with what was issued."""
    prepare_prefect(open_context(arguments.config).settings.home)
    from flows.backfill import rebuild as flow

    state = flow(path_text(arguments.config), as_of=arguments.as_of, through=arguments.through, return_state=True)
    return ended(state, arguments.config, json_wanted=arguments.json, strict=False)


def run_ingest(
    config: Path | None, *, full: bool = False, only: tuple[str, ...] = (), json_wanted: bool = False
) -> int:
    """Run the ingest flow here; returns the exit code."""
    only_of(only)
    return ended(ingest_state(config, full=full, only=only), config, json_wanted=json_wanted, strict=False)


def rehearse_ingest(config: Path | None, *, full: bool, only: tuple[str, ...], json_wanted: bool) -> int:
    """Say what a pull would ask for, in requests and resources; nothing is landed."""
    ready_to_pull(config)
    found = rehearsal(open_context(config), full=full, only=only)
    rows = [dataclasses.asdict(row) for row in found.types]
    if json_wanted:
        totals = {"requests": found.requests, "resources": found.resources}
        tell([json.dumps(dataclasses.asdict(found) | totals | {"types": rows}, indent=2)])
    else:
        tell(rehearsal_lines(found))
    return DONE


def ingest_state(config: Path | None, *, full: bool = False, only: tuple[str, ...] = ()) -> Any:  # noqa: ANN401  a Prefect state
    """Run the ingest flow here; returns the state it ended in."""
    ready_to_pull(config)
    prepare_prefect(load_settings(config).home)
    from flows.ingest import ingest as flow

    return flow(path_text(config), full=full, only=only, return_state=True)


def run_weekly(
    config: Path | None,
    *,
    through: date | None = None,
    as_of: datetime | None = None,
    ingest: bool = True,
    strict: bool = False,
    json_wanted: bool = False,
) -> int:
    """Run the weekly flow here; returns the exit code."""
    state = weekly_state(config, through=through, as_of=as_of, ingest=ingest)
    return ended(state, config, json_wanted=json_wanted, strict=strict)


def weekly_state(
    config: Path | None, *, through: date | None, as_of: datetime | None = None, ingest: bool = True
) -> Any:  # noqa: ANN401  a Prefect state
    """Run the weekly flow here; returns the state it ended in."""
    if ingest and as_of is None:
        ready_to_pull(config)
    open_context(config)
    prepare_prefect(load_settings(config).home)
    from flows.weekly import weekly as flow

    return flow(path_text(config), through=through, as_of=as_of, ingest=ingest, return_state=True)


def ready_to_pull(config: Path | None) -> None:
    """Fail before anything is touched when a pull could not even begin: unreadable settings, lists, protocol or token.

    Raises:
        SettingsRejected, ProtocolUnreadable, ValueSetUnreadable: as `open_context`.
    """
    context = open_context(config)
    if context.settings["server.source"] != "folder":
        access(context)


def path_text(config: Path | None) -> str | None:
    """The settings file as a flow parameter: absolute, because a worker has another folder."""
    return None if config is None else str(config.resolve())


def ended(
    state: Any,  # noqa: ANN401  a Prefect state
    config: Path | None,
    *,
    json_wanted: bool,
    strict: bool,
    brief: bool = False,
    before: RunReceipt | None = None,
) -> int:
    """Say how a flow ended, in one line if `brief`, and turn its state into the exit code of contracts 3.

    `before`: the run that pulled and loaded for this one; its counts and times are told with it.
    """
    outcome = state.result(raise_on_failure=False)
    if not isinstance(outcome, RunReceipt):
        told = sentence(outcome) if isinstance(outcome, BaseException) else f"the flow ended as {state.name}"
        sys.stderr.write(f"nadir: {told.rstrip('.')}.\n")
        return NOT_DONE
    if before is not None:
        seconds = {**before.seconds, **{k: v for k, v in outcome.seconds.items() if k not in before.seconds}}
        outcome = dataclasses.replace(outcome, counts=before.counts, seconds=seconds)
    if brief:
        tell([f"{outcome.week} issued in {sum(outcome.seconds.values()):.0f} s: {outcome.page}"])
    else:
        say(outcome, config, json_wanted=json_wanted)
    if not outcome.is_complete:
        sys.stderr.write(f"nadir: data are incomplete: {'; '.join(outcome.missing)}.\n")
        return INCOMPLETE
    return INCOMPLETE if strict and outcome.warnings else DONE


def say(receipt: RunReceipt, config: Path | None, *, json_wanted: bool) -> None:
    """The receipt as JSON on stdout, or the page, the summary and the times as text."""
    if json_wanted:
        tell([json.dumps(dataclasses.asdict(receipt), indent=2, default=str)])
        return
    lines: list[str] = []
    if receipt.flow == ANALYSIS and receipt.run_id is not None:
        effects = read_issued(open_context(config).settings.store, "published.effects", run_id=receipt.run_id)
        lines += [f"analysis through {receipt.data_date}, known at {receipt.as_of}", "", *effect_lines(effects), ""]
    elif receipt.run_id is not None:
        store = open_context(config).settings.store
        estimates = read(store, "published.estimates", run_id=receipt.run_id)
        two_by_two = read(store, "published.two_by_two", run_id=receipt.run_id)
        lines += [f"{receipt.week} issued: {receipt.page}", "", *summary_lines(estimates, two_by_two), ""]
    lines += [", ".join(f"{count} {name}" for name, count in receipt.counts.items()), "", *stage_lines(receipt.seconds)]
    tell(lines)
