"""Which weeks there are, which were issued, and what was known when: calendar and landed files only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flows.context import iso_week
from warehouse.ingests import read_json_lines
from warehouse.issued import PUBLISHED

__all__ = [
    "ANALYSIS", "IssuedRun", "is_reconstructed", "issued_files", "issued_runs", "known_for", "newest_run",
    "next_deadline", "sundays", "window_end",
]  # fmt: skip

NATURAL_DELAY = timedelta(days=7)
# The flow whose runs in landing/published/ are no weeks.
ANALYSIS = "analysis"


@dataclass(frozen=True)
class IssuedRun:
    """A run as `landing/published/` keeps it."""

    run_id: str
    flow: str
    as_of: datetime
    data_date: date
    protocol: str

    @property
    def week(self) -> str:
        """ISO week of the data date."""
        return iso_week(self.data_date)


def issued_runs(landing: Path) -> list[IssuedRun]:
    """Every run that issued a week, by data date and knowledge; dated analyses are none."""
    rows = [row for path in sorted((landing / PUBLISHED).glob("*/ops.runs.jsonl")) for row in read_json_lines(path)]
    runs = [
        IssuedRun(
            run_id=row["run_id"],
            flow=row["flow"],
            as_of=datetime.fromisoformat(row["as_of"]),
            data_date=date.fromisoformat(row["data_date"]),
            protocol=row["protocol"],
        )
        for row in rows
        if row["flow"] != ANALYSIS
    ]
    return sorted(runs, key=lambda run: (run.data_date, run.as_of, run.run_id))


def newest_run(landing: Path, protocol: str) -> IssuedRun | None:
    """The run that readers should see: of the newest week the newest knowledge; None before the first issue."""
    return next((run for run in reversed(issued_runs(landing)) if run.protocol == protocol), None)


def issued_files(landing: Path, run_id: str) -> Mapping[str, bytes]:
    """The landed files of an issued run by name: what a rebuild has to give again."""
    return {path.name: path.read_bytes() for path in sorted((landing / PUBLISHED / run_id).glob("*.jsonl"))}


def bundle_digests(bundle: Path) -> dict[str, str]:
    """sha256 of each file of a week's bundle; empty when there is none."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(bundle.glob("*")) if path.is_file()
    }


def sundays(first: date, last: date) -> Iterator[date]:
    """Sundays from `first` to `last`, both counted.

    >>> [day.isoformat() for day in sundays(date(2018, 7, 16), date(2018, 7, 29))]
    ['2018-07-22', '2018-07-29']
    """
    day = first + timedelta(days=7 - first.isoweekday())
    while day <= last:
        yield day
        day += timedelta(days=7)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The first instant after a local day."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)


def is_reconstructed(as_of: datetime, data_date: date, zone: ZoneInfo) -> bool:
    """Whether a week is built with knowledge of a time when its own report would have been out for a week.

    >>> rome = ZoneInfo("Europe/Rome")
    >>> is_reconstructed(datetime(2018, 7, 30, 2, tzinfo=rome), date(2018, 7, 29), rome)
    False
    >>> is_reconstructed(datetime(2018, 8, 6, 2, tzinfo=rome), date(2018, 7, 29), rome)
    True
    """
    return as_of >= end_of(data_date, zone) + NATURAL_DELAY


def known_for(data_date: date, landings: Iterable[datetime], zone: ZoneInfo) -> datetime:
    """The knowledge to build a past week with: the first landing after it if that came within a week, else the newest.

    `landings` must not be empty.
    """
    known = sorted(landings)
    own = [at for at in known if at >= end_of(data_date, zone) and not is_reconstructed(at, data_date, zone)]
    return own[0] if own else known[-1]


def next_deadline(start: datetime, clock: str, zone: ZoneInfo) -> datetime:
    """The next time that the hospital's clock shows `clock` (HH:MM) after `start`.

    >>> rome = ZoneInfo("Europe/Rome")
    >>> next_deadline(datetime(2018, 7, 30, 3, tzinfo=rome), "07:00", rome).isoformat()
    '2018-07-30T07:00:00+02:00'
    >>> next_deadline(datetime(2018, 7, 30, 8, tzinfo=rome), "07:00", rome).isoformat()
    '2018-07-31T07:00:00+02:00'
    """
    local = start.astimezone(zone)
    today = datetime.combine(local.date(), time.fromisoformat(clock), tzinfo=zone)
    tomorrow = datetime.combine(local.date() + timedelta(days=1), time.fromisoformat(clock), tzinfo=zone)
    return today if today > local else tomorrow


def window_end(now: datetime, window: str, zone: ZoneInfo) -> datetime | None:
    """When the window (HH:MM-HH:MM, hospital's clock, perhaps over midnight) that holds `now` ends; None outside it.

    >>> rome = ZoneInfo("Europe/Rome")
    >>> window_end(datetime(2018, 7, 30, 3, tzinfo=rome), "20:00-06:00", rome).isoformat()
    '2018-07-30T06:00:00+02:00'
    >>> window_end(datetime(2018, 7, 30, 12, tzinfo=rome), "20:00-06:00", rome) is None
    True
    """
    opens, closes = window.split("-")
    return next_deadline(now, closes, zone) if is_inside(now.astimezone(zone).time(), opens, closes) else None


def is_inside(clock: time, opens: str, closes: str) -> bool:
    """Whether a time of day lies in a window; its end does not. Equal ends hold the whole day."""
    first, last = time.fromisoformat(opens), time.fromisoformat(closes)
    if first < last:
        return first <= clock < last
    return clock >= first or clock < last
