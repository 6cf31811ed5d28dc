"""What every step needs to know, read once from the settings: paths, protocol, code lists, software version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from flows.settings import Settings, load_settings
from mappings.protocol import Protocol, load_protocol
from mappings.value_sets import ValueSets, load_value_sets

__all__ = ["RunContext", "iso_week", "last_sunday", "now", "open_context", "software_version"]


def now() -> datetime:
    """This instant, UTC, whole seconds. The only clock of the program besides Prefect's."""
    return datetime.now(UTC).replace(microsecond=0)


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
