"""The days that a FHIR date, time or instant can mean, in the hospital's time zone. Tolerant of what servers send."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

_MOMENT = re.compile(
    r"(?P<year>\d{4})(?:-?(?P<month>\d{2})(?:-?(?P<day>\d{2}))?)?"
    r"(?:[T ](?P<hour>\d{2}):(?P<minute>\d{2})(?::\d{2}(?:\.\d+)?)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)


@dataclass(frozen=True)
class DaySpan:
    """First and last local day that a text can mean; one day twice where it is whole."""

    first_on: date
    last_on: date


def possible_days(text: str, time_zone: ZoneInfo) -> DaySpan | None:
    """The local days that a FHIR date or time can mean; None where it is no date at all.

    A time without zone is read in the hospital's zone, 24:00 is the next day, a year is all its days.

    >>> possible_days("2018-03-04T23:30:00Z", ZoneInfo("Asia/Shanghai")).first_on
    datetime.date(2018, 3, 5)
    >>> possible_days("2018-02", ZoneInfo("Asia/Shanghai")).last_on
    datetime.date(2018, 2, 28)
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    try:
        return _span(match, time_zone)
    except (ValueError, OverflowError):
        return None


def _span(match: re.Match[str], time_zone: ZoneInfo) -> DaySpan:
    year, month, day = (int(match[name]) if match[name] else None for name in ("year", "month", "day"))
    if year is None or month is None:
        return DaySpan(date(year or 0, 1, 1), date(year or 0, 12, 31))
    if day is None:
        return DaySpan(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
    on = date(year, month, day)
    if match["hour"]:
        on = _local_day(on, match, time_zone)
    return DaySpan(on, on)


def _local_day(on: date, match: re.Match[str], time_zone: ZoneInfo) -> date:
    passed = timedelta(hours=int(match["hour"]), minutes=int(match["minute"]))
    if match["zone"] is None:
        return (datetime(on.year, on.month, on.day) + passed).date()  # noqa: DTZ001  # local as sent, never converted
    moment = datetime(on.year, on.month, on.day, tzinfo=_offset(match["zone"])) + passed
    return moment.astimezone(time_zone).date()


def _offset(zone: str) -> timezone:
    if zone == "Z":
        return UTC
    sign = -1 if zone[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:])))
