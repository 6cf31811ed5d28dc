"""What a pull would ask for, in requests and resources. Counts are asked for and nothing is landed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from ehr.capability import Capability, read_capability
from ehr.client import Client
from ehr.counting import changed_since, count_type
from ehr.errors import PlanRefused
from ehr.patients import OF_NO_PATIENT
from ehr.plan import PullPlan
from ehr.roster import resolve_roster
from ehr.watermarks import since_of

__all__ = ["Rehearsal", "RehearsedType", "rehearse"]


@dataclass(frozen=True, slots=True)
class RehearsedType:
    """One type: since when it would be asked for (None: in full, or differently by patient), resources, requests.

    `resources` None: the server does not count them. `requests` are about right: pages may be shorter than asked for,
    and what is windowed by date is counted whole.
    """

    resource_type: str
    since: str | None
    resources: int | None
    requests: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A pull before it is made; `patients` None for the roster `all`."""

    source: str
    roster: str
    patients: int | None
    new_patients: int
    types: tuple[RehearsedType, ...]

    @property
    def requests(self) -> int:
        """All requests, about."""
        return sum(row.requests for row in self.types)

    @property
    def resources(self) -> int | None:
        """All resources; None where any type cannot be counted."""
        counts = [row.resources for row in self.types]
        return None if None in counts else sum(count or 0 for count in counts)


def rehearse(plan: PullPlan) -> Rehearsal:
    """Ask for the roster and for counts, as a pull would begin.

    Raises:
        PlanRefused: the source is a folder, or as `resolve_roster`.
        ServerUnreachable, TokenRefused: see `Client`.
    """
    if plan.access is None:
        raise PlanRefused("a folder is read whole: there is nothing to ask beforehand. Nothing was landed.")
    with closing(Client(plan.access)) as client:
        capability = read_capability(client)
        members = None
        if plan.roster != "all":
            members = resolve_roster(client, plan, ingest_id="rehearsal")[0]
        fresh = set(members or ()) - plan.previous_roster
        rows = [_rehearsed(client, plan, capability, name, members) for name in plan.types]
    return Rehearsal(plan.source, plan.roster, None if members is None else len(members), len(fresh), tuple(rows))


def _rehearsed(
    client: Client, plan: PullPlan, capability: Capability, name: str, members: Sequence[str] | None
) -> RehearsedType:
    if not capability.offers(name):
        return RehearsedType(name, None, 0, 0)
    if members is None:
        since = since_of(plan, name, None)
        count = count_type(client, name, None, changed_since(since))
        return RehearsedType(name, since, count, _requests(plan, 1, count))
    groups: dict[str | None, list[str]] = {}
    for patient_id in members:
        groups.setdefault(since_of(plan, name, patient_id), []).append(patient_id)
    counts = [count_type(client, name, group, changed_since(since)) for since, group in groups.items()]
    count = None if None in counts else sum(counted or 0 for counted in counts)
    units = 0 if name in OF_NO_PATIENT else len(members)
    return RehearsedType(name, next(iter(groups)) if len(groups) == 1 else None, count, _requests(plan, units, count))


def _requests(plan: PullPlan, units: int, count: int | None) -> int:
    """A page and a count for each unit, and the further pages."""
    assert plan.access is not None  # noqa: S101 - asked by `rehearse`
    return 2 * units + math.floor((count or 0) / plan.access.page_size)
