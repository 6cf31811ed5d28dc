"""What the server no longer has, by the history of a type (without one: ehr/comparison.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ehr.bundles import Page
from ehr.client import Client, Pairs
from ehr.errors import EhrError, RequestRefused, TimeIsUp, UnitFailed
from ehr.ledger import Status, UnitRow
from ehr.manifest import Deletion
from ehr.paging import walk_pages

TRIES = 2
OVER = TimeIsUp("the time of the pull was up")


class HistoryRefused(EhrError):
    """Raised when a server gives no history of a type: its deletions must be learned in another way."""


@dataclass(slots=True)
class History:
    """The history of a type, read newest first: what happened last to each resource says whether it is there."""

    resource_type: str
    entries: int = 0
    pages: int = 0
    total: int | None = None
    seen: set[str] = field(default_factory=set)
    deleted: list[str] = field(default_factory=list)

    def take(self, page: Page) -> None:
        """Take in one page; pages come newest first too, so what was seen on an earlier page stands."""
        if self.pages == 0:
            self.total = page.total
        self.pages += 1
        for entry in page.entries:
            self.entries += 1
            url = str(entry.request.get("url") or "")
            named = url.rpartition(f"{self.resource_type}/")[2].partition("/")[0]
            resource_id = str(entry.resource.get("id") or named)
            if resource_id and resource_id not in self.seen:
                self.seen.add(resource_id)
                if entry.request.get("method") == "DELETE":
                    self.deleted.append(resource_id)

    def judge(self) -> tuple[Status, str | None]:
        """What the total, where the server gives one, says about what came."""
        if self.total is None:
            return "complete", "the server gives no count of its history"
        if self.entries < self.total:
            return "incomplete", f"the server counts {self.total} changes, {self.entries} came"
        return "complete", None


def fetch_deletions(
    client: Client,
    resource_type: str,
    since: str,
    *,
    ingest_id: str,
    is_over: Callable[[], bool] = lambda: False,
) -> tuple[UnitRow, list[Deletion]]:
    """The deletions in the history of a type since an instant, and the ledger row of asking for them.

    A history that breaks off or falls short of its own total is asked for once more. The row counts changes.

    Raises:
        HistoryRefused: the server gives none of this type, whatever it says it can do.
        TokenRefused: see `Client.get`.
    """
    for attempt in range(1, TRIES + 1):  # noqa: B007 - the row says how many it took
        history = History(resource_type)
        status, reason = _read_history(client, history, since, is_over)
        if status == "complete" or reason == str(OVER):
            break
    row = UnitRow(
        ingest_id=ingest_id,
        unit=f"history {resource_type}",
        resource_type=resource_type,
        patient_id=None,
        asked=history.pages,
        received=history.entries,
        distinct_received=history.entries,
        server_count=history.total,
        attempts=attempt,
        status=status,
        reason=reason,
    )
    return row, [Deletion(resource_type, resource_id, "history") for resource_id in history.deleted]


def _read_history(
    client: Client, history: History, since: str, is_over: Callable[[], bool]
) -> tuple[Status, str | None]:
    if is_over():
        return "failed", str(OVER)
    pairs = [("_since", since), ("_count", str(client.access.page_size))]
    try:
        try:
            _walk(client, history, pairs, is_over)
        except RequestRefused:
            if history.pages:
                raise
            _walk_barely(client, history, pairs[:1], is_over)
    except UnitFailed as error:
        return ("incomplete" if history.pages else "failed"), str(error)
    return history.judge()


def _walk_barely(client: Client, history: History, pairs: Pairs, is_over: Callable[[], bool]) -> None:
    # Not every server takes a page length here.
    try:
        _walk(client, history, pairs, is_over)
    except RequestRefused as error:
        if history.pages:
            raise
        raise HistoryRefused(str(error)) from error


def _walk(client: Client, history: History, pairs: Pairs, is_over: Callable[[], bool]) -> None:
    for page in walk_pages(client, client.search_url(f"{history.resource_type}/_history", pairs), is_over):
        history.take(page)
