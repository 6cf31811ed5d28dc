"""FHIR date text as spans of time, and the date prefixes of FHIR search.

The practice hospital stands in Shanghai, which has had no summer time since 1991: a text without zone is read there.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

HOSPITAL_ZONE = timezone(timedelta(hours=8))
PREFIXES = ("eq", "ne", "ge", "gt", "le", "lt", "sa", "eb")
FOR_EVER = float("inf")

Span = tuple[float, float]
"""Half-open, in seconds since 1970 UTC."""


def read_span(text: str) -> Span | None:
    """The span of time that a partial or full FHIR date means; None when it cannot be read.

    >>> read_span("1970-01-01T00:00:00Z")
    (0.0, 1.0)
    >>> read_span("1970")[1] - read_span("1970")[0] == 365 * 86400
    True
    """
    try:
        if len(text) == 4:
            return _at(int(text), 1, 1), _at(int(text) + 1, 1, 1)
        if len(text) == 7:
            year, month = int(text[:4]), int(text[5:])
            return _at(year, month, 1), _at(year + month // 12, month % 12 + 1, 1)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=HOSPITAL_ZONE)
    start = moment.timestamp()
    if len(text) == 10:
        return start, start + 86_400
    return start, start + _width(text)


def _at(year: int, month: int, day: int) -> float:
    return datetime(year, month, day, tzinfo=HOSPITAL_ZONE).timestamp()


def _width(text: str) -> float:
    clock = text[11:].split("+")[0].split("-")[0].rstrip("Z")
    if "." in clock:
        return 0.001
    return 1.0 if clock.count(":") == 2 else 60.0


def read_period(start: str | None, end: str | None) -> Span | None:
    """A FHIR Period as a span: open where an end is missing. None when neither end can be read."""
    first = read_span(start) if start else None
    last = read_span(end) if end else None
    if first is None and last is None:
        return None
    return (first[0] if first else -FOR_EVER), (last[1] if last else FOR_EVER)


def split_prefix(value: str) -> tuple[str, str]:
    """Split ``ge2019-06`` into prefix and date; no prefix means ``eq``."""
    return (value[:2], value[2:]) if value[:2] in PREFIXES else ("eq", value)


def matches(prefix: str, span: Span, asked: Span) -> bool:
    """Whether a resource's span satisfies one date criterion.

    Source: FHIR R4 3.1.1.5.6 (search parameter type date).

    >>> matches("ge", (10.0, 20.0), (15.0, 16.0)), matches("sa", (10.0, 20.0), (15.0, 16.0))
    (True, False)
    """
    low, high = span
    first, last = asked
    inside = first <= low and high <= last
    answers = {
        "eq": inside,
        "ne": not inside,
        "gt": high > last,
        "ge": high > first,
        "lt": low < first,
        "le": low < last,
        "sa": low >= last,
        "eb": high <= first,
    }
    return answers[prefix]
