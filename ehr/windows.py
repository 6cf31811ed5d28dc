"""A search in parts: windows of time, each counted by the server and small enough to come whole.

Servers end a long search early without a word, refuse its far pages, or lose their place in it. What each of them does
give is a short search, so the window is halved until it fits: by `_lastUpdated`, and what lies too close together there
(all of one transaction has one instant) by the date of the type. The first and the last window are open, so nothing
lies outside; what has no date at all shows in the server's count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from ehr.client import Pairs
from ehr.errors import ConnectionLost, RequestRefused, UnitFailed
from ehr.paging import PageRepeated, date_parameter
from ehr.unit_fetch import UnitFetch

DAY_MS = 86_400_000
# Where halving begins; windows at both ends are open, so this is not what is covered.
LATEST_DAY = (date(2200, 1, 1) - date(1970, 1, 1)).days
# A search that takes many more windows than its size can explain is given up: the server counts at random.
WINDOWS_A_FULL_ONE, WINDOWS_AT_LEAST = 8, 100
CHANGED = "_lastUpdated"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NotInParts(UnitFailed):
    """Raised when a search cannot be made in parts: the server does not count, or a window cannot be made small."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What windows are cut by: a parameter, and the unit in which their bounds are whole numbers.

    Bounds in whole days are written as days: what has only a date lies in one of them whatever the server's zone.
    """

    parameter: str
    unit_ms: int

    @property
    def last(self) -> int:
        """The end of time, in units."""
        return LATEST_DAY * (DAY_MS // self.unit_ms)

    def bounded(self, pairs: Pairs, span: tuple[int, int]) -> Pairs:
        """The search within a window; open where the window begins or ends with time.

        A lower bound of `_lastUpdated` takes the place of the search's own: HAPI refuses two of them.
        """
        first, last = span
        by_change = self.parameter == CHANGED
        bounds = []
        if first > (begin_of(pairs) if by_change else 0):
            pairs = [pair for pair in pairs if not (by_change and _is_since(pair))]
            bounds.append((self.parameter, f"ge{self._text(first)}"))
        if last < self.last:
            bounds.append((self.parameter, f"lt{self._text(last)}"))
        return [*pairs, *bounds]

    def _text(self, value: int) -> str:
        if self.unit_ms == DAY_MS:
            return (date(1970, 1, 1) + timedelta(days=value)).isoformat()
        moment = datetime.fromtimestamp(value * self.unit_ms // 1000, tz=UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{value * self.unit_ms % 1000:03}Z"


@dataclass(slots=True)
class Parts:
    """The windows of one unit while they are fetched; a window brings at most `longest` resources."""

    fetch: UnitFetch
    longest: int
    most_windows: int
    counted: int = 0
    windows: int = 0

    @property
    def scales(self) -> list[Scale]:
        """What is cut by, from the best to the last resort."""
        dated = date_parameter(self.fetch.unit.resource_type)
        return [Scale(CHANGED, 1), *([Scale(dated, DAY_MS), Scale(dated, 1000)] if dated else [])]

    def split(self, pairs: Pairs, depth: int, span: tuple[int, int], count: int) -> None:
        """Fetch a window that holds `count`, halved as often as it takes."""
        scale = self.scales[depth]
        self.windows += 1
        if count == 0:
            return
        if count <= self.longest and self._fetch(scale.bounded(pairs, span), count):
            self.counted += count
            return
        if self.windows > self.most_windows:
            raise NotInParts("too many windows")
        first, last = span
        middle = (first + last) // 2
        halves = [(first, middle), (middle, last)]
        counts = [self._count(scale.bounded(pairs, half)) for half in halves] if last - first > 1 else [count]
        # Where both halves hold everything, the server does not tell instants so close together apart.
        if min(counts) == count:
            self._finer(pairs, depth, span, count)
            return
        for half, held in zip(halves, counts, strict=True):
            self.split(pairs, depth, half, held)

    def _finer(self, pairs: Pairs, depth: int, span: tuple[int, int], count: int) -> None:
        if depth + 1 == len(self.scales):
            raise NotInParts("a window cannot be made smaller")
        bounded = self.scales[depth].bounded(pairs, span)
        self.split(bounded, depth + 1, (0, self.scales[depth + 1].last), count)

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
            if self.fetch.tally.received == before:
                raise
            whole = False
        else:
            whole = self.fetch.tally.ids.count_part() == count
        if not whole:
            # What has failed once at this length is not tried again at the same one.
            self.longest = max(1, min(self.longest, count - 1))
        return whole


def begin_of(pairs: Pairs) -> int:
    """From when on a search asks for changes, in milliseconds since 1970; 0 where it asks for all.

    >>> begin_of([("patient", "p"), ("_lastUpdated", "ge1970-01-01T00:00:01Z")])
    1000
    """
    since = [datetime.fromisoformat(text.removeprefix("ge")) for name, text in pairs if _is_since((name, text))]
    return max(((instant - EPOCH) // timedelta(milliseconds=1) for instant in since), default=0)


def _is_since(pair: tuple[str, str]) -> bool:
    return pair[0] == CHANGED and pair[1].startswith("ge")


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
        parts.split(fetch.unit.pairs, 0, (begin_of(fetch.unit.pairs), parts.scales[0].last), whole)
        said = fetch.count(fetch.unit.pairs)
    except UnitFailed as error:
        if isinstance(error, ConnectionLost):
            fetch.client.confirm_alive()
        return False
    finally:
        tally.server_count = said
    return not tally.errors and (said == tally.ids.count() or parts.counted >= whole)
