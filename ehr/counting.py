"""The server's own count of a type for whoever is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ehr.bundles import read_page
from ehr.client import Client, Pairs
from ehr.errors import UnitFailed
from ehr.patients import OF_NO_PATIENT

PATIENTS_A_COUNT = 50


def count_type(client: Client, name: str, members: Sequence[str] | None, bounds: Pairs = ()) -> int | None:
    """How many resources of a type, within bounds, the server has of these patients (None: of everyone).

    None where it cannot be asked: by many patients at once, without a patient, or for a type of no patient.
    """
    if members is None:
        return _count(client, name, bounds)
    if name in OF_NO_PATIENT:
        return None
    who = "_id" if name == "Patient" else "patient"
    total = 0
    for batch in _batched(members, PATIENTS_A_COUNT):
        counted = _count(client, name, ((who, ",".join(batch)), *bounds))
        if counted is None:
            return None
        total += counted
    return total


def changed_since(since: str | None) -> Pairs:
    """The bound of what changed since an instant; none without one."""
    return [("_lastUpdated", f"ge{since}")] if since else []


def _count(client: Client, name: str, pairs: Pairs) -> int | None:
    url = client.search_url(name, [*pairs, ("_summary", "count")])
    try:
        return client.get(url, read_page, attempts=2).total
    except UnitFailed:
        return None


def _batched(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (names[start : start + size] for start in range(0, len(names), size))
