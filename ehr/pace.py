"""A polite cap: requests to one server evenly spaced over each minute, however many connections there are."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

SECONDS_A_MINUTE = 60.0


@dataclass(slots=True)
class Pace:
    """At most so many requests a minute. `clock` counts seconds from anywhere. Safe to use from several threads."""

    requests_per_minute: int | None
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    free_at: float | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self) -> None:
        """Wait for one's turn; at once without a cap."""
        if self.requests_per_minute is None:
            return
        with self.lock:
            now = self.clock()
            turn = now if self.free_at is None else max(now, self.free_at)
            self.free_at = turn + SECONDS_A_MINUTE / self.requests_per_minute
        if turn > now:
            self.sleep(turn - now)
