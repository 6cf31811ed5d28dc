"""What the server no longer has: by the history of a type, or by reading ids again one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from ehr.bundles import Entry
from ehr.client import Client
from ehr.errors import UnitFailed
from ehr.ledger import Status, UnitRow
from ehr.manifest import Deletion
from ehr.paging import walk_pages
from ehr.references import read_one

GONE = 410


def fetch_deletions(
    client: Client, resource_type: str, since: str, *, ingest_id: str
) -> tuple[UnitRow, list[Deletion]]:
    """The deletions in the history of a type since an instant, and the ledger row of asking for them.

    Raises:
        TokenRefused: see `Client.get`.
    """
    pairs = (("_since", since), ("_count", str(client.access.page_size)))
    found: dict[str, Deletion] = {}
    pages = 0
    status: Status = "complete"
    reason = None
    try:
        for page in walk_pages(client, client.search_url(f"{resource_type}/_history", pairs)):
            pages += 1
            for resource_id in _deleted_ids(page.entries, resource_type):
                found[resource_id] = Deletion(resource_type, resource_id, "history")
    except UnitFailed as error:
        status, reason = ("incomplete" if pages else "failed"), str(error)
    count = len(found)
    row = UnitRow(
        ingest_id, f"history {resource_type}", resource_type, None, pages, count, count, None, 1, status, reason
    )
    return row, list(found.values())


def _deleted_ids(entries: list[Entry], resource_type: str) -> Iterator[str]:
    seen: set[str] = set()
    for entry in entries:
        url = str(entry.request.get("url") or "")
        resource_id = str(entry.resource.get("id") or url.rpartition(f"{resource_type}/")[2].partition("/")[0])
        # Newest first: only what happened last to a resource says whether it is there.
        if resource_id and resource_id not in seen:
            seen.add(resource_id)
            if entry.request.get("method") == "DELETE":
                yield resource_id


def reread(
    client: Client,
    wanted: Sequence[tuple[str, str]],
    keep: Callable[[list[Entry]], None],
    *,
    ingest_id: str,
) -> Iterator[tuple[UnitRow, list[Deletion]]]:
    """Read resources again, type by type: what is there is kept, 410 is a deletion, 404 is said in the reason.

    Raises:
        TokenRefused: see `Client.get`.
    """
    for resource_type, group in groupby(sorted(set(wanted)), key=lambda pair: pair[0]):
        ids = [pair[1] for pair in group]
        deletions: list[Deletion] = []
        received = unknown = failed = 0
        for resource_id in ids:
            try:
                entry, status_code = read_one(client, resource_type, resource_id)
            except UnitFailed:
                failed += 1
                continue
            if entry is not None:
                keep([entry])
                received += 1
            elif status_code == GONE:
                deletions.append(Deletion(resource_type, resource_id, "read"))
            else:
                unknown += 1
        yield _reread_row(ingest_id, resource_type, len(ids), received, (unknown, failed)), deletions


def _reread_row(ingest_id: str, resource_type: str, asked: int, received: int, troubles: tuple[int, int]) -> UnitRow:
    unknown, failed = troubles
    status: Status = "complete" if not failed else ("incomplete" if received else "failed")
    said = [f"{failed} could not be read"] if failed else []
    said += [f"{unknown} are not on the server"] if unknown else []
    name = f"reread {resource_type}"
    reason = "; ".join(said) or None
    return UnitRow(ingest_id, name, resource_type, None, asked, received, received, None, 1, status, reason)
