"""`nadir demo`: three Mondays of summer 2018 as they were known then, and the finished study.

The practice hospital and the flows share one clock that stands at each of these instants in turn, so that a week is
pulled, built and issued with what the hospital knew on its Monday.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ehr.practice.clock import HospitalClock
from ehr.practice.hospital_files import generate, snapshot
from ehr.practice.server import running
from flows import building
from flows.command_config import tell
from flows.command_run import analysis_state, ended, ingest_state, weekly_state
from flows.context import iso_week, open_context, standing_at
from flows.outcomes import DONE, NOT_DONE
from flows.receipts import RunReceipt
from flows.settings import starter_file
from flows.weeks import issued_runs
from warehouse.ingests import closed_ingests

__all__ = ["DemoWeek", "demo", "demo_weeks"]

HOSPITAL_ZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class DemoWeek:
    """A week to issue: its Sunday, and the hospital's time when it is pulled."""

    data_date: date
    now: datetime


FINISHED = DemoWeek(date(2020, 1, 5), datetime(2020, 1, 5, 17, tzinfo=UTC))


@dataclass(frozen=True)
class DemoPlace:
    """A running demo: its folder, its hospital, the clock that both sides read, and how it is looked at."""

    folder: Path
    url: str
    clock: HospitalClock
    arguments: argparse.Namespace

    @property
    def hospital(self) -> Path:
        """Where the made-up hospital lies."""
        return self.folder / "hospital"

    @property
    def config(self) -> Path:
        """The demo's own settings file."""
        return self.folder / "nadir.toml"


def demo(arguments: argparse.Namespace) -> int:
    """Generate the hospital, serve it with a token, issue three Mondays and the finished study, print its figures."""
    folder: Path = arguments.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    hospital = folder / "hospital"
    if not (hospital / "truth.json").is_file():
        sys.stderr.write("generating the practice hospital\n")
        generate(hospital)
    weeks, clock = demo_weeks(hospital), HospitalClock(FINISHED.now)
    token = demo_token(folder)
    with running(hospital, token=token, profile=arguments.server_profile, now=clock) as url:
        place = DemoPlace(folder, url, clock, arguments)
        return issue_all(place, weeks)


def issue_all(place: DemoPlace, weeks: Iterable[DemoWeek]) -> int:
    """Issue the weeks in order up to one that cannot be; the exit code of the worst."""
    worst = DONE
    for week in weeks:
        worst = max(worst, issue(place, week))
        if worst == NOT_DONE:
            return worst
    tell(["", f"all weeks: {open_context(place.config).settings.reports / 'index.html'}"])
    return worst


def demo_weeks(hospital: Path) -> tuple[DemoWeek, ...]:
    """The Mondays that the hospital tells of, then the finished study."""
    told = json.loads((hospital / "truth.json").read_text(encoding="utf-8"))["mondays"]
    mondays = [DemoWeek(date.fromisoformat(row["data_date"]), datetime.fromisoformat(row["now"])) for row in told]
    return (*mondays, FINISHED)


def issue(place: DemoPlace, week: DemoWeek) -> int:
    """Issue one week with what the hospital knew then; a week that was issued is not pulled again."""
    with knowing(place, week):
        known, stands = issued_before(place.config, week)
        if week == FINISHED:
            return issue_finished(place.config, known)
        if stands or (known is None and is_past(place.config, week)):
            told = "stands as issued" if stands else "left out: this folder knows later data already"
            sys.stderr.write(f"{iso_week(week.data_date)} {told}\n")
            return DONE
        state = weekly_state(place.config, through=week.data_date, as_of=known)
        return ended(state, place.config, json_wanted=False, strict=False, brief=True)


def issue_finished(config: Path, known: datetime | None) -> int:
    """Pull the finished study unless it was, analyse its frozen cohort, and issue: the page shows the analysis too."""
    pulled: RunReceipt | None = None
    if known is None:
        state = ingest_state(config)
        pulled = receipt_of(state)
        if pulled is None:
            return ended(state, config, json_wanted=False, strict=False)
        known = pulled.as_of
    state = analysis_state(config, through=FINISHED.data_date, as_of=known)
    analysed = receipt_of(state)
    if analysed is None:
        return ended(state, config, json_wanted=False, strict=False)
    seconds = sum(analysed.seconds.values())
    tell([f"cohort frozen on {FINISHED.data_date} analysed in {seconds:.0f} s: {analysed.counts['effects']} effects"])
    state = weekly_state(config, through=FINISHED.data_date, as_of=known, ingest=False)
    before = pulled and replace(pulled, seconds={**pulled.seconds, "analysis": seconds})
    return ended(state, config, json_wanted=False, strict=False, before=before)


def receipt_of(state: Any) -> RunReceipt | None:  # noqa: ANN401  a Prefect state
    """The receipt a flow ended with; None if it failed."""
    outcome = state.result(raise_on_failure=False)
    return outcome if isinstance(outcome, RunReceipt) else None


@contextmanager
def knowing(place: DemoPlace, week: DemoWeek) -> Iterator[None]:
    """Move the hospital to the week's Monday, write the settings, and let our clock stand there too."""
    place.clock.move_to(week.now)
    write_demo_settings(place, export_of(place, week))
    with standing_at(week.now):
        yield


def issued_before(config: Path, week: DemoWeek) -> tuple[datetime | None, bool]:
    """What a week was issued with, None if it never was; and whether today's run is the same and its page is there."""
    context = open_context(config)
    runs = [run for run in issued_runs(context.settings.landing) if run.data_date == week.data_date]
    if not runs:
        return None, False
    today = building.run_key(context, as_of=runs[-1].as_of, data_date=week.data_date).run_id
    page = context.settings.reports / context.protocol.name / iso_week(week.data_date) / "index.html"
    return runs[-1].as_of, today == runs[-1].run_id and page.is_file()


def is_past(config: Path, week: DemoWeek) -> bool:
    """Whether later data have landed, so that this week can no longer be pulled as it was known."""
    landed = [
        datetime.fromisoformat(ingest.landed_at) for ingest in closed_ingests(open_context(config).settings.landing)
    ]
    return any(at > week.now for at in landed)


def export_of(place: DemoPlace, week: DemoWeek) -> Path:
    """What an export of the hospital, and its unit's list of patients, hold at the week's Monday; written once.

    A server that is searched by codes needs neither: then the hospital's own folder.
    """
    if place.arguments.source != "folder" and place.arguments.roster != "patients":
        return place.hospital
    export = place.folder / "exports" / iso_week(week.data_date)
    if not export.is_dir():
        unfinished = export.with_name(f".{export.name}")
        shutil.rmtree(unfinished, ignore_errors=True)
        snapshot(place.hospital, unfinished, week.now).rename(export)
    return export


def demo_token(folder: Path) -> str:
    """The token of this demo, kept owner-only beside its settings so that a second run is the same client."""
    file = folder / "token"
    if not file.is_file():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(secrets.token_urlsafe(24))
    return file.read_text(encoding="utf-8").strip()


def write_demo_settings(place: DemoPlace, export: Path) -> None:
    """The demo's own nadir.toml: written anew for each week, because port and export change."""
    lines = starter_file(url=place.url, time_zone=HOSPITAL_ZONE).splitlines()
    chosen = {
        "profile": f'"{place.arguments.server_profile}"',
        "source": f'"{place.arguments.source}"',
        "roster": f'"{place.arguments.roster}"',
        "folder": f'"{export}"',
        "roster_file": f'"{export / "roster.txt"}"',
        "auth": '"bearer"',
        "token_file": '"token"',
    }
    if (place.hospital / "site_valuesets").is_dir():
        chosen["valuesets"] = f'"{place.hospital / "site_valuesets"}"'
    for key, value in chosen.items():
        lines = [f"{key} = {value}" if line.startswith(f"# {key} =") else line for line in lines]
    place.config.write_text("\n".join(lines) + "\n", encoding="utf-8")
