"""A search in parts: windows of time, each counted by the server and small enough to come whole.

Servers end a long search early without a word, refuse its far pages, or lose their place in it. What each of them does
give is a short search, so the window is halved until it fits: by `_lastUpdated`, and what lies too close together there
(all of one transaction has one instant) by the date of the type. The first and the last window are open, so nothing
lies outside; what has no date at all shows in the server's count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ehr.client import Pairs
from ehr.errors import ConnectionLost, RequestRefused, UnitFailed
from ehr.paging import PageRepeated, date_parameter
from ehr.unit_fetch import UnitFetch

# Milliseconds since 1970; windows at both ends are open, so these are where halving begins, not what is covered.
EARLIEST, LATEST = 0, int(datetime(2200, 1, 1, tzinfo=UTC).timestamp() * 1000)
SMALLEST_MS = {"_lastUpdated": 1, "date": 86_400_000}
# A search that takes many more windows than its size can explain is given up: the server counts at random.
WINDOWS_A_FULL_ONE, WINDOWS_AT_LEAST = 8, 100


class NotInParts(UnitFailed):
    """Raised when a search cannot be made in parts: the server does not count, or a window cannot be made small."""


@dataclass(slots=True)
class Parts:
    """The windows of one unit while they are fetched; a window brings at most `longest` resources."""

    fetch: UnitFetch
    longest: int
    most_windows: int
    counted: int = 0
    windows: int = 0

    def split(self, pairs: Pairs, parameter: str, span: tuple[int, int], count: int) -> None:
        """Fetch a window that holds `count`, halved as often as it takes."""
        self.windows += 1
        if count == 0:
            return
        if count <= self.longest and self._fetch(_bounded(pairs, parameter, span), count):
            self.counted += count
            return
        first, last = span
        if self.windows > self.most_windows:
            raise NotInParts("too many windows")
        middle = (first + last) // 2
        halves = [(first, middle), (middle, last)]
        counts = [self._count(_bounded(pairs, parameter, half)) for half in halves]
        # Where both halves hold everything, the server does not tell instants so close together apart.
        if last - first <= SMALLEST_MS.get(parameter, SMALLEST_MS["date"]) or min(counts) == count:
            self._by_date(pairs, parameter, span, count)
            return
        for half, held in zip(halves, counts, strict=True):
            self.split(pairs, parameter, half, held)

    def _by_date(self, pairs: Pairs, parameter: str, span: tuple[int, int], count: int) -> None:
        dated = date_parameter(self.fetch.unit.resource_type)
        if parameter != "_lastUpdated" or dated is None:
            raise NotInParts("a window cannot be made smaller")
        self.split(_bounded(pairs, parameter, span), dated, (EARLIEST, LATEST), count)

    def _count(self, pairs: Pairs) -> int:
        count = self.fetch.count(pairs)
        if count is None:
            raise NotInParts("the server does not count windows")
        return count

    def _fetch(self, pairs: Pairs, count: int) -> bool:
        before = self.fetch.tally.received
        try:
            self.fetch.walk(pairs)
        except (RequestRefused, PageRepeated):
            came = self.fetch.tally.received - before
            if not came:
                raise
            # What the server pages no further than is the longest window from now on.
            self.longest = min(self.longest, came)
            return False
        return self.fetch.tally.ids.count_part() == count


def fetch_in_parts(fetch: UnitFetch) -> bool:
    """Fetch a unit window by window; whether that brought all that the server counts.

    Raises:
        TokenRefused, ServerUnreachable: see `Client`.
    """
    tally = fetch.tally
    said = tally.server_count
    try:
        whole = fetch.count(fetch.unit.pairs)
        if whole is None or not tally.longest:
            return False
        if whole == tally.ids.count():
            said = whole
            return not tally.errors
        most = WINDOWS_AT_LEAST + WINDOWS_A_FULL_ONE * (whole // tally.longest)
        parts = Parts(fetch, tally.longest, most)
        parts.split(fetch.unit.pairs, "_lastUpdated", (EARLIEST, LATEST), whole)
        said = fetch.count(fetch.unit.pairs)
    except UnitFailed as error:
        if isinstance(error, ConnectionLost):
            fetch.client.confirm_alive()
        return False
    finally:
        tally.server_count = said
    return not tally.errors and (said == tally.ids.count() or parts.counted >= whole)


def _bounded(pairs: Pairs, parameter: str, span: tuple[int, int]) -> Pairs:
    first, last = span
    bounds = [(parameter, f"ge{_instant(first)}")] if first > EARLIEST else []
    bounds += [(parameter, f"lt{_instant(last)}")] if last < LATEST else []
    return [*pairs, *bounds]


def _instant(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds // 1000, tz=UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03}Z"
