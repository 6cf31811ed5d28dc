"""What every step needs to know, read once from the settings: paths, protocol, code lists, software version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from flows.settings import Settings, load_settings
from mappings.protocol import Protocol, load_protocol
from mappings.value_sets import ValueSets, load_value_sets

__all__ = [
    "RunContext", "hospital_clock", "iso_week", "last_sunday", "now", "open_context", "software_version", "standing_at",
]  # fmt: skip

Clock = Callable[[], datetime]


def now() -> datetime:
    """This instant, UTC, whole seconds. The only clock of the program besides Prefect's."""
    return datetime.now(UTC).replace(microsecond=0)


# Empty outside `standing_at`, and no setting, variable or parameter of a flow reaches it: a hospital's clock runs.
_standing: ContextVar[Clock | None] = ContextVar("clock of a made-up hospital", default=None)


def hospital_clock() -> Clock:
    """The clock that landings and weeks are dated by: `now`, but for the demo, whose hospital stands in 2018."""
    return _standing.get() or now


@contextmanager
def standing_at(instant: datetime) -> Iterator[None]:
    """Let the hospital's clock stand at an instant (with zone) while the block runs, in this thread: for the demo only.

    >>> with standing_at(datetime(2018, 7, 15, 17, tzinfo=UTC)):
    ...     hospital_clock()().isoformat()
    '2018-07-15T17:00:00+00:00'
    >>> hospital_clock() is now
    True
    """
    token = _standing.set(lambda: instant.astimezone(UTC))
    try:
        yield
    finally:
        _standing.reset(token)


def software_version() -> str:
    """Version of the installed package; `0+checkout` when it runs from a checkout that is not installed."""
    try:
        return version("nadir")
    except PackageNotFoundError:
        return "0+checkout"


def last_sunday(instant: datetime, context: RunContext) -> date:
    """The last Sunday that is over in the hospital: the data date of a weekly run (contracts 1)."""
    today = instant.astimezone(context.settings.zone).date()
    return today - timedelta(days=today.isoweekday() % 7 or 7)


def iso_week(day: date) -> str:
    """ISO week of a day.

    >>> iso_week(date(2018, 7, 29))
    '2018-W30'
    """
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


@dataclass(frozen=True)
class RunContext:
    """Settings with the protocol and the code lists that they name."""

    settings: Settings
    protocol: Protocol
    value_sets: ValueSets
    software_version: str

    @cached_property
    def protocol_name(self) -> str:
        """Name under which weeks of this protocol are issued."""
        return self.protocol.name


def open_context(config: str | Path | None) -> RunContext:
    """Read settings, protocol and code lists; fails before anything is touched.

    Raises:
        SettingsRejected, ProtocolUnreadable, ValueSetUnreadable.
    """
    settings = load_settings(Path(config) if config else None)
    site_valuesets = settings["site.valuesets"]
    site_protocols = settings["site.protocols"]
    return RunContext(
        settings=settings,
        protocol=load_protocol(settings["protocol"], [site_protocols] if site_protocols else ()),
        value_sets=load_value_sets([site_valuesets] if site_valuesets else ()),
        software_version=software_version(),
    )
