"""Resources fetched by id, each once, for whoever needs them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from ehr.bundles import BOM, Entry, NotReadable, Resource, one_line, read_resource
from ehr.client import Client
from ehr.errors import RequestRefused, UnitFailed
from ehr.ledger import Status, UnitRow
from ehr.units import SearchUnit, fetch_unit

IDS_A_REQUEST = 50
ABSENT = frozenset({404, 410})


@dataclass(slots=True)
class Shelf:
    """Resources of one type fetched by id, each once, for whoever needs them. Safe to use from several threads."""

    client: Client
    resource_type: str
    is_over: Callable[[], bool] = lambda: False
    found: dict[str, Entry] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fetch(self, ids: Iterable[str]) -> list[Resource]:
        """The resources of these ids as far as the server has them; what was fetched before is not asked for again.

        Raises:
            TokenRefused, ServerUnreachable: see `Client`.
        """
        wanted = sorted(set(ids))
        with self.lock:
            missing = [name for name in wanted if name not in self.found and name not in self.absent]
        for batch in _batches(missing, IDS_A_REQUEST):
            if self.is_over():
                with self.lock:
                    self.failed.update(dict.fromkeys(batch, "the time of the pull was up"))
            else:
                self._fetch_batch(batch)
        return [self.found[name].resource for name in wanted if name in self.found]

    def take(self) -> list[Entry]:
        """What has come on the shelf since this was last asked, in the order of ids."""
        fresh = sorted(self.found.keys() - self.taken)
        self.taken.update(fresh)
        return [self.found[name] for name in fresh]

    def unresolved(self) -> list[str]:
        """Ids that were asked for and did not come."""
        return sorted(self.absent | (self.failed.keys() - self.found.keys()))

    def row(self, ingest_id: str) -> UnitRow:
        """One ledger row for everything that was asked for.

        An id that the server does not know is said in the reason and is no failure: there is nothing to be had.
        """
        failed = {name: reason for name, reason in self.failed.items() if name not in self.found}
        asked = len(self.found) + len(self.unresolved())
        reason = f"{len(self.absent)} of {asked} referenced are not on the server" if self.absent else None
        status: Status = ("incomplete" if self.found else "failed") if failed else "complete"
        return UnitRow(
            ingest_id=ingest_id,
            unit=f"references {self.resource_type}",
            resource_type=self.resource_type,
            patient_id=None,
            asked=asked,
            received=len(self.found),
            distinct_received=len(self.found),
            server_count=None,
            attempts=1,
            status=status,
            reason=failed[min(failed)] if failed else reason,
        )

    def _fetch_batch(self, ids: Sequence[str]) -> None:
        came: list[Entry] = []
        unit = SearchUnit(f"references {self.resource_type}", self.resource_type, (("_id", ",".join(ids)),))
        row = fetch_unit(self.client, unit, came.extend)
        failed = dict.fromkeys(ids, str(row.reason)) if row.status != "complete" else {}
        if row.status == "failed":
            # Servers that refuse a search without a patient still read one resource by its id.
            came, failed = self._read_each(ids)
        with self.lock:
            self.found.update({str(entry.resource.get("id")): entry for entry in came})
            self.failed.update(failed)
            self.absent.update(set(ids) - self.found.keys() - failed.keys())

    def _read_each(self, ids: Sequence[str]) -> tuple[list[Entry], dict[str, str]]:
        came: list[Entry] = []
        failed: dict[str, str] = {}
        for resource_id in ids:
            try:
                entry = read_one(self.client, self.resource_type, resource_id)[0]
            except UnitFailed as error:
                failed[resource_id] = str(error)
                continue
            if entry is not None:
                came.append(entry)
        return came, failed


def read_one(client: Client, resource_type: str, resource_id: str) -> tuple[Entry | None, int]:
    """Read one resource; without one, the status says whether it never was (404) or was deleted (410).

    Raises:
        UnitFailed: the answer is neither the resource nor a clear no.
    """

    def read(body: bytes) -> Entry:
        resource = read_resource(body)
        if resource.get("resourceType") != resource_type:
            raise NotReadable(f"the answer is no {resource_type}")
        return Entry(resource, one_line(body.removeprefix(BOM).strip()), {})

    try:
        return client.get(f"{client.access.base}/{resource_type}/{resource_id}", read), 200
    except RequestRefused as error:
        if error.status not in ABSENT:
            raise
        return None, error.status


def _batches(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(ids)
    while batch := list(islice(rest, size)):
        yield batch
