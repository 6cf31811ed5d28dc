"""Resources that others point to and no search by patient brings: fetched by id afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from ehr.bundles import Entry, NotReadable, Resource, one_line, read_resource
from ehr.client import Client
from ehr.errors import RequestRefused, UnitFailed
from ehr.ledger import UnitRow
from ehr.units import SearchUnit, fetch_unit

# (type that points, element) -> type pointed to. A drug hides behind a Medication, a date behind a Specimen.
POINTERS: dict[str, tuple[tuple[str, str], ...]] = {
    "MedicationAdministration": (("medicationReference", "Medication"),),
    "MedicationRequest": (("medicationReference", "Medication"),),
    "MedicationDispense": (("medicationReference", "Medication"),),
    "MedicationStatement": (("medicationReference", "Medication"),),
    "Observation": (("specimen", "Specimen"),),
    "DiagnosticReport": (("specimen", "Specimen"),),
}
FOLLOWED = ("Medication", "Specimen")
IDS_A_REQUEST = 50
ABSENT = frozenset({404, 410})


@dataclass(slots=True)
class Pointers:
    """Ids pointed to and ids received, by type."""

    wanted: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in FOLLOWED})
    received: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in FOLLOWED})

    def note(self, resource: Resource) -> None:
        """Take in one received resource."""
        resource_type, resource_id = resource.get("resourceType"), resource.get("id")
        if resource_type in self.received and isinstance(resource_id, str):
            self.received[str(resource_type)].add(resource_id)
        for element, target in POINTERS.get(str(resource_type), ()):
            self.wanted[target].update(_target_ids(resource.get(element), target))

    def add(self, other: Pointers) -> None:
        """Take in what another has noted."""
        for name in FOLLOWED:
            self.wanted[name] |= other.wanted[name]
            self.received[name] |= other.received[name]

    def missing(self, resource_type: str) -> list[str]:
        """Ids pointed to that did not come, in order."""
        return sorted(self.wanted[resource_type] - self.received[resource_type])


def _target_ids(value: object, target: str) -> Iterator[str]:
    for reference in value if isinstance(value, list) else [value]:
        text = reference.get("reference") if isinstance(reference, dict) else None
        # Contained (#), urn: and conditional references cannot be fetched by id.
        if isinstance(text, str) and f"{target}/" in text and not text.startswith(("#", "urn:")):
            yield text.rpartition(f"{target}/")[2].partition("/")[0]


def fetch_references(
    client: Client, resource_type: str, ids: Sequence[str], keep: Callable[[list[Entry]], None], *, ingest_id: str
) -> UnitRow:
    """Fetch resources by id; one ledger row for all of them.

    An id that the server does not know is said in the reason and is no failure: there is nothing to be had.

    Raises:
        TokenRefused: see `Client.get`.
    """
    rows = [_fetch_batch(client, resource_type, batch, keep) for batch in _batches(ids, IDS_A_REQUEST)]
    failed = next((row for row in rows if row.status != "complete"), None)
    distinct = sum(row.distinct_received for row in rows)
    absent = f"{len(ids) - distinct} of {len(ids)} referenced are not on the server" if distinct < len(ids) else None
    return UnitRow(
        ingest_id=ingest_id,
        unit=f"references {resource_type}",
        resource_type=resource_type,
        patient_id=None,
        asked=len(ids),
        received=sum(row.received for row in rows),
        distinct_received=distinct,
        server_count=None,
        attempts=max((row.attempts for row in rows), default=0),
        status=failed.status if failed else "complete",
        reason=failed.reason if failed else absent,
    )


def _fetch_batch(
    client: Client, resource_type: str, ids: Sequence[str], keep: Callable[[list[Entry]], None]
) -> UnitRow:
    unit = SearchUnit(f"references {resource_type}", resource_type, (("_id", ",".join(ids)),))
    row = fetch_unit(client, unit, keep)
    if row.status != "failed":
        return row
    # Servers that refuse a search without a patient still read one resource by its id.
    try:
        found = [entry for resource_id in ids if (entry := read_one(client, resource_type, resource_id)[0])]
    except UnitFailed:
        return row
    keep(found)
    return replace(row, received=len(found), distinct_received=len(found), status="complete", reason=None)


def read_one(client: Client, resource_type: str, resource_id: str) -> tuple[Entry | None, int]:
    """Read one resource; without one, the status says whether it never was (404) or was deleted (410).

    Raises:
        UnitFailed: the answer is neither the resource nor a clear no.
    """

    def read(text: str) -> Entry:
        resource = read_resource(text)
        if resource.get("resourceType") != resource_type:
            raise NotReadable(f"the answer is no {resource_type}")
        return Entry(resource, one_line(text.strip()), {})

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
