"""A search while it is fetched: what it has brought so far, page by page, and what the server counts of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ehr.bundles import Entry, Page, Resource, read_page
from ehr.client import Client, Pairs
from ehr.distinct import Distinct, Seen
from ehr.errors import EhrError, RequestRefused, TimeIsUp
from ehr.forgotten import owner_of
from ehr.landed_lines import Leftover
from ehr.paging import first_page, walk_on

Keep = Callable[[list[Entry]], None]


class TooMany(EhrError):
    """Raised when a unit with a limit holds more than that; the caller asks in another way. Nothing was kept."""


@dataclass(frozen=True, slots=True)
class SearchUnit:
    """A search to be made: its name in the ledger, what it asks, and how many resources it may hold (None: any).

    `also` are patients that were merged with `patient_id`: what is about them may come too.
    """

    name: str
    resource_type: str
    pairs: Pairs
    patient_id: str | None = None
    most: int | None = None
    also: frozenset[str] = frozenset()

    def is_about(self, resource: Resource) -> bool:
        """Whether the search may have brought this resource: it names nobody, or the patient asked about."""
        owner = owner_of(resource) if self.patient_id is not None else None
        return owner is None or owner == self.patient_id or owner in self.also


@dataclass(slots=True)
class Tally:
    """What a unit has brought so far. `known`: versions kept before, looked up once anything is asked for again.

    `longest` is how many resources the best walk brought before it ended: windows of that size will fit. `taken_up` is
    how many a killed pull had landed, `foreign` how many of the last walk were about patients who were not asked about.
    """

    received: int = 0
    pages: int = 0
    walks: int = 0
    server_count: int | None = None
    ids: Distinct = field(default_factory=Distinct)
    versions: Distinct = field(default_factory=Distinct)
    known: Seen | None = None
    longest: int = 0
    taken_up: int = 0
    foreign: int = 0
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class UnitFetch:
    """A unit while it is fetched; `is_over` is asked before each page, a `leftover` is taken up before the first."""

    client: Client
    unit: SearchUnit
    keep: Keep
    is_over: Callable[[], bool] = lambda: False
    leftover: Leftover | None = None
    tally: Tally = field(default_factory=Tally)

    def walk(self, pairs: Pairs, *, most: int | None = None) -> None:
        """Fetch all pages of a search, note the server's count of it, and keep what is new.

        Raises:
            TooMany: the server counts more than `most`.
            UnitFailed: the walk ended before its end; what came is kept.
        """
        tally = self.tally
        if tally.walks and tally.known is None:
            tally.known = Seen(tally.versions)
        tally.walks += 1
        tally.ids.begin()
        tally.server_count = None
        tally.foreign = 0
        asked = self._take_up(self.leftover, pairs) if self.leftover is not None and tally.walks == 1 else pairs
        before = tally.received
        try:
            page = self._first(asked)
            tally.server_count = self._server_count(pairs, page) if asked is pairs else self.count(pairs)
            if most is not None and (tally.server_count or 0) > most:
                raise TooMany
            self._take(page)
            for following in walk_on(self.client, page, self.is_over):
                self._take(following)
        finally:
            tally.longest = max(tally.longest, tally.received - before)
            if asked is not pairs:
                # What was known so far were the lines of one instant; another walk must know them all.
                tally.known = None

    def count(self, pairs: Pairs) -> int | None:
        """The server's own count of a search, asked for by itself; None where it gives none."""
        try:
            return self.client.get(
                self.client.search_url(self.unit.resource_type, [*pairs, ("_summary", "count")]), read_page
            ).total
        except RequestRefused:
            return None

    def _take_up(self, leftover: Leftover, pairs: Pairs) -> Pairs:
        """Keep what a killed pull landed, and say what is still to be asked for.

        Without a count nothing would prove that the two make a whole, so then nothing is taken up.
        """
        tally = self.tally
        if self.count(pairs) is None:
            return pairs
        for entries in leftover.batches():
            self._take_in(entries)
        tally.taken_up = tally.received
        if leftover.last is None:
            tally.known = Seen(tally.versions)
            return pairs
        at_last = Distinct()
        at_last.extend(leftover.at_last)
        tally.known = Seen(at_last)
        others = [pair for pair in pairs if pair[0] != "_lastUpdated"]
        return [*others, ("_lastUpdated", f"ge{leftover.last}")]

    def _first(self, pairs: Pairs) -> Page:
        if self.is_over():
            raise TimeIsUp("the time of the pull was up")
        return first_page(self.client, self.unit.resource_type, pairs)

    def _server_count(self, pairs: Pairs, first: Page) -> int | None:
        """The server's own count.

        An empty page with the total 0 says the same thing twice. Any other total is not believed, because a server
        that cuts a long result has been seen to give the cut as total: the count is asked for in a request of its own.
        """
        lone = first.next_url is None and first.total is not None
        if lone and (self.client.access.exact_totals or (first.total == 0 and not first.entries)):
            return first.total
        counted = self.count(pairs)
        return first.total if counted is None else counted

    def _take(self, page: Page) -> None:
        self.tally.pages += 1
        self.tally.errors += page.issue_codes(errors=True)
        self.tally.warnings += page.issue_codes(errors=False)
        wanted = self.unit.resource_type
        entries = [entry for entry in page.entries if entry.resource.get("resourceType") == wanted]
        own = [entry for entry in entries if self.unit.is_about(entry.resource)]
        # The answer to another search, or to none: whoever else it is about was not asked for and is not landed.
        self.tally.foreign += len(entries) - len(own)
        self._take_in(own)

    def _take_in(self, entries: list[Entry]) -> None:
        self.tally.received += len(entries)
        self.tally.ids.extend([_identity(entry) for entry in entries])
        versions = [hash(entry.line) for entry in entries]
        self.tally.versions.extend(versions)
        self.keep(entries if self.tally.known is None else list(self._fresh(entries, versions, self.tally.known)))

    def _fresh(self, entries: list[Entry], versions: list[int], known: Seen) -> Iterator[Entry]:
        return (entry for entry, is_fresh in zip(entries, known.fresh(versions), strict=True) if is_fresh)


def _identity(entry: Entry) -> int:
    resource_id = entry.resource.get("id")
    # Without id the text itself is the only identity; the store will reject the line and say so.
    return hash(resource_id) if isinstance(resource_id, str) else hash(entry.line)
