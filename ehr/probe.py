"""Ask a server what it lets us do, before the first pull: version, roster, each type's search and count.

Nothing is landed. Patients leave only as ids for a sample that the caller pulls; what is told are counts and refusals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ehr.bundles import Entry, read_page, read_resource
from ehr.capability import Capability, read_capability
from ehr.client import Client, Pairs
from ehr.errors import PlanRefused, RequestRefused, UnitFailed
from ehr.patients import OF_NO_PATIENT
from ehr.plan import PullPlan
from ehr.roster import resolve_roster

__all__ = ["ServerProbe", "TypeProbe", "probe_server"]


@dataclass(frozen=True, slots=True)
class TypeProbe:
    """One type: what it has in all (None: not told), and why it could not be searched by patient (None: it could)."""

    resource_type: str
    count: int | None
    refusal: str | None


@dataclass(frozen=True, slots=True)
class ServerProbe:
    """What a server told of itself. `sample` are ids of patients and must not be printed.

    `roster` is how many patients would be pulled; `roster_faults` what searches of the roster were not complete, or the
    one sentence why there is none.
    """

    host: str
    fhir_version: str | None
    software: str | None
    roster: int
    roster_faults: tuple[str, ...]
    types: tuple[TypeProbe, ...]
    sample: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Whether there is somebody to look at and every type can be searched."""
        return self.roster > 0 and not self.roster_faults and all(row.refusal is None for row in self.types)


def probe_server(plan: PullPlan, *, sample: int) -> ServerProbe:
    """Ask what a pull would ask first, and each type once.

    Raises:
        ServerUnreachable: nobody answers, or not as a FHIR server.
        TokenRefused: 401.
        PlanRefused: another FHIR version than R4, or a roster file that cannot be read.
    """
    if plan.access is None:
        raise PlanRefused("a folder of files has no server to ask. Nothing was changed.")
    client = Client(plan.access)
    try:
        capability = read_capability(client)
        version, software = _names(client)
        patients, faults = _roster(client, plan)
        chosen = tuple(patients[:sample])
        types = tuple(_type(client, capability, name, chosen) for name in plan.types)
        found = len(patients) if plan.roster != "all" else (_count(client, "Patient", ()) or len(patients))
        return ServerProbe(plan.access.host, version, software, found, faults, types, chosen)
    finally:
        client.close()


def _names(client: Client) -> tuple[str | None, str | None]:
    try:
        statement = client.get(f"{client.access.base}/metadata", read_resource)
    except UnitFailed:
        return None, None
    software = statement.get("software")
    named = software if isinstance(software, dict) else {}
    words = [str(named[key])[:60] for key in ("name", "version") if named.get(key)]
    version = statement.get("fhirVersion")
    return (version[:8] if isinstance(version, str) else None), " ".join(words) or None


def _roster(client: Client, plan: PullPlan) -> tuple[list[str], tuple[str, ...]]:
    if plan.roster == "all":
        return _some_patients(client)
    patients, rows = resolve_roster(client, plan, ingest_id="")
    faults = [f"{row.unit}: {row.reason}" for row in rows if row.status != "complete"]
    return patients, tuple(faults)


def _some_patients(client: Client) -> tuple[list[str], tuple[str, ...]]:
    try:
        page = client.get(client.search_url("Patient", (("_count", "50"),)), read_page)
    except UnitFailed as error:
        return [], (f"Patient: {error}",)
    return sorted({str(_id(entry)) for entry in page.entries if _id(entry)}), ()


def _id(entry: Entry) -> Any:  # noqa: ANN401 - what the server sent
    return entry.resource.get("id") if entry.resource_type == "Patient" else None


def _type(client: Client, capability: Capability, resource_type: str, patients: tuple[str, ...]) -> TypeProbe:
    if not capability.offers(resource_type):
        return TypeProbe(resource_type, None, "the server does not offer this type")
    count = _count(client, resource_type, ())
    if not patients:
        return TypeProbe(resource_type, count, None)
    try:
        client.get(client.search_url(resource_type, (*_who(resource_type, patients[0]), ("_count", "1"))), read_page)
    except UnitFailed as error:
        return TypeProbe(resource_type, count, str(error))
    return TypeProbe(resource_type, count, None)


def _who(resource_type: str, patient_id: str) -> Pairs:
    if resource_type in OF_NO_PATIENT:
        return (("_id", "nadir-asks-for-nothing"),)
    return (("_id" if resource_type == "Patient" else "patient", patient_id),)


def _count(client: Client, resource_type: str, pairs: Pairs) -> int | None:
    try:
        return client.get(client.search_url(resource_type, (*pairs, ("_summary", "count"))), read_page).total
    except RequestRefused:
        # Servers that search by patient only refuse this; nothing is wrong with that.
        return None
    except UnitFailed:
        return None
