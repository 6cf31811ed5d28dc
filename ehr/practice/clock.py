"""The clock of a practice hospital: what its server knows at an instant, and the `Date` that its answers bear.

Without a clock the hospital shows everything it will ever have written.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HospitalClock:
    """The hospital's time: it stands still until somebody moves it, also while a server is running.

    >>> clock = HospitalClock(datetime(2018, 7, 15, 17, tzinfo=UTC))
    >>> clock.move_to(datetime(2018, 7, 22, 17, tzinfo=UTC))
    >>> clock.now.isoformat()
    '2018-07-22T17:00:00+00:00'
    """

    def __init__(self, now: datetime) -> None:
        self._now = _in_utc(now)

    @property
    def now(self) -> datetime:
        """The hospital's time in UTC."""
        return self._now

    def move_to(self, now: datetime) -> None:
        """Set the hospital's time; the next request sees it.

        Raises:
            ValueError: the instant has no zone.
        """
        self._now = _in_utc(now)


class DatedApp:
    """An application whose answers bear the hospital's time: a client takes its watermarks from it."""

    def __init__(self, app: ASGIApp, clock: HospitalClock) -> None:
        self.app = app
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with the `Date` header of the hospital."""

        async def send_dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(self.clock.now, usegmt=True).encode()
                message["headers"] = [*message.get("headers", ()), (b"date", date)]
            await send(message)

        await self.app(scope, receive, send_dated)


def _in_utc(now: datetime) -> datetime:
    if now.tzinfo is None:
        raise ValueError("the hospital's time needs a zone, as in 2018-07-16T01:00:00+08:00")
    return now.astimezone(UTC)
