"""How long to wait before asking again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from ehr.access import Patience

RETRIABLE = frozenset({408, 425, 429, 500, 502, 503, 504})
# Servers have sent epoch seconds and milliseconds as Retry-After; obeyed literally, that sleeps for decades.
NONSENSE_SECONDS = 86_400.0


def delay_seconds(attempt: int, headers: Mapping[str, str], patience: Patience, jitter: float) -> float:
    """Seconds to wait after attempt number `attempt` (from 1).

    Retry-After decides when it can be read, capped; otherwise exponential backoff with `jitter` (0 to 1) spread over
    its second half, so that five connections do not come back in step.

    >>> delay_seconds(3, {}, Patience(), 1.0), delay_seconds(1, {"Retry-After": "7"}, Patience(), 0.0)
    (2.0, 7.0)
    """
    asked = retry_after_seconds(headers)
    if asked is not None:
        return min(asked, patience.longest_retry_after_seconds)
    longest = min(patience.first_delay_seconds * 2.0 ** (attempt - 1), patience.longest_delay_seconds)
    return longest / 2 + longest / 2 * jitter


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """What the server asks for, in seconds; None when it asks for nothing or for nonsense.

    An HTTP date is measured against the answer's own Date header, not against our clock.

    >>> retry_after_seconds({"Retry-After": "1795333932924"}) is None
    True
    """
    text = headers.get("Retry-After", "").strip()
    seconds: float | None = None
    if text.replace(".", "", 1).isdigit():
        seconds = float(text)
    elif text:
        until, now = _http_date(text), _http_date(headers.get("Date", ""))
        seconds = (until - now).total_seconds() if until and now else None
    else:
        seconds = _rate_limit_seconds(headers.get("RateLimit", ""))
    return seconds if seconds is not None and 0 <= seconds <= NONSENSE_SECONDS else None


def _http_date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None


def _rate_limit_seconds(text: str) -> float | None:
    # The draft header of Medplum: `"requests";r=0;t=58`.
    for part in text.split(";"):
        name, _, value = part.strip().partition("=")
        if name == "t" and value.isdigit():
            return float(value)
    return None
