"""One unit of work: a search, paged to its end and compared with the server's own count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ehr.bundles import Entry, Page, read_page
from ehr.client import Client, Pairs
from ehr.errors import ConnectionLost, EhrError, RequestRefused, UnitFailed
from ehr.ledger import Status, UnitRow
from ehr.paging import walk_pages

Keep = Callable[[list[Entry]], None]
BAD_REQUEST, GONE = 400, 410
TRIES = 2


class TooMany(EhrError):
    """Raised when a unit with a limit holds more than that; the caller asks in another way. Nothing was kept."""


@dataclass(frozen=True, slots=True)
class SearchUnit:
    """A search to be made: its name in the ledger, what it asks, and how many resources it may hold (None: any)."""

    name: str
    resource_type: str
    pairs: Pairs
    patient_id: str | None = None
    most: int | None = None


@dataclass(slots=True)
class Tally:
    """What a unit has brought so far: over all tries, and in the present one. Hashes, because a type has millions."""

    received: int = 0
    pages: int = 0
    attempts: int = 0
    server_count: int | None = None
    ever: set[int] = field(default_factory=set)
    versions: set[int] = field(default_factory=set)
    this_try: set[int] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def fetch_unit(client: Client, unit: SearchUnit, keep: Keep, *, ingest_id: str = "") -> UnitRow:
    """Make one search and hand its entries, page by page, to `keep`; never the same version twice.

    A count that differs from what came, or a paging state lost by the server, is answered by one more try. What is
    still missing then makes the unit `incomplete`; a unit that brought nothing and failed is `failed`.

    Raises:
        TooMany: the server counts more than `unit.most`.
        TokenRefused: see `Client.get`.
        ServerUnreachable: the server answers nothing at all any more.
    """
    tally = Tally()
    reason: str | None = None
    status: Status = "pending"
    for _ in range(TRIES):
        tally.attempts += 1
        tally.this_try.clear()
        tally.errors.clear()
        try:
            _try_once(client, unit, keep, tally)
        except UnitFailed as error:
            if isinstance(error, ConnectionLost):
                client.confirm_alive()
            status, reason = ("incomplete" if tally.received else "failed"), str(error)
            if isinstance(error, RequestRefused) and error.status == GONE:
                continue
            break
        status, reason = _judge(tally)
        if status == "complete" or tally.errors or tally.server_count is None:
            break
    return _row(unit, tally, status, reason, ingest_id)


def _try_once(client: Client, unit: SearchUnit, keep: Keep, tally: Tally) -> None:
    tally.server_count = None
    for number, page in enumerate(_walk(client, unit)):
        tally.pages += 1
        if number == 0:
            tally.server_count = _server_count(client, unit, page)
            if unit.most is not None and (tally.server_count or 0) > unit.most:
                raise TooMany
        tally.errors += page.issue_codes(errors=True)
        tally.warnings += page.issue_codes(errors=False)
        keep(_fresh(unit, page, tally))


def _walk(client: Client, unit: SearchUnit) -> Iterator[Page]:
    pairs = [*unit.pairs, ("_count", str(client.access.page_size))]
    if unit.resource_type not in client.unsortable:
        pages = walk_pages(client, client.search_url(unit.resource_type, [*pairs, ("_sort", "_lastUpdated")]))
        try:
            first = next(pages)
        except RequestRefused as error:
            if error.status != BAD_REQUEST:
                raise
            # Not every server sorts; without order, the count still proves completeness.
            client.unsortable.add(unit.resource_type)
        else:
            yield first
            yield from pages
            return
    yield from walk_pages(client, client.search_url(unit.resource_type, pairs))


def _server_count(client: Client, unit: SearchUnit, first: Page) -> int | None:
    """The server's own count.

    A total beside a single page is believed. With more pages to come it is asked for in a request of its own: a
    server that cuts a long result has been seen to give the cut as total.
    """
    if first.total is not None and first.next_url is None:
        return first.total
    url = client.search_url(unit.resource_type, [*unit.pairs, ("_summary", "count")])
    try:
        counted = client.get(url, read_page).total
    except RequestRefused:
        counted = None
    return first.total if counted is None else counted


def _fresh(unit: SearchUnit, page: Page, tally: Tally) -> list[Entry]:
    fresh = []
    for entry in page.entries:
        if entry.resource_type != unit.resource_type:
            continue
        tally.received += 1
        key = _key(entry)
        tally.ever.add(key)
        tally.this_try.add(key)
        version = hash(entry.text)
        if version not in tally.versions:
            tally.versions.add(version)
            fresh.append(entry)
    return fresh


def _key(entry: Entry) -> int:
    resource_id = entry.resource.get("id")
    # Without id the text itself is the only identity; the store will reject the line and say so.
    return hash(resource_id) if isinstance(resource_id, str) else hash(entry.text)


def _judge(tally: Tally) -> tuple[Status, str | None]:
    if tally.errors:
        return "incomplete", f"the server says its answer is not whole: {', '.join(sorted(set(tally.errors)))}"
    if tally.server_count is None:
        return "incomplete", "the server gives no count to compare with"
    if tally.server_count in (len(tally.this_try), len(tally.ever)):
        warned = ", ".join(sorted(set(tally.warnings)))
        return "complete", f"the server warns: {warned}" if warned else None
    return "incomplete", f"the server counts {tally.server_count}, {len(tally.ever)} came"


def _row(unit: SearchUnit, tally: Tally, status: Status, reason: str | None, ingest_id: str) -> UnitRow:
    return UnitRow(
        ingest_id=ingest_id,
        unit=unit.name,
        resource_type=unit.resource_type,
        patient_id=unit.patient_id,
        asked=tally.pages,
        received=tally.received,
        distinct_received=len(tally.ever),
        server_count=tally.server_count,
        attempts=tally.attempts,
        status=status,
        reason=reason,
    )
