"""Who is looked at: the patients of a pull, from a file or from searches for what makes someone a patient of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ehr.bundles import Entry, read_resource
from ehr.client import Client
from ehr.errors import PlanRefused, UnitFailed
from ehr.ledger import UnitRow
from ehr.plan import PullPlan
from ehr.profiles import read_profile
from ehr.units import SearchUnit, fetch_unit

# Addresses above 2,000 characters are cut or refused by some servers and proxies.
LONGEST_CODE_LIST = 1500
Collect = Callable[[list[Entry]], None]


def resolve_roster(client: Client, plan: PullPlan, *, ingest_id: str) -> tuple[list[str], list[UnitRow]]:
    """The ids of the patients to pull, in order and without forgotten ones, and the ledger rows of finding them.

    Raises:
        PlanRefused: the roster file cannot be read or is empty, the server refuses the searches, or the
            Group cannot be read.
    """
    patients, rows = _found(client, plan, ingest_id)
    return [patient_id for patient_id in patients if not plan.is_forgotten(patient_id)], rows


def _found(client: Client, plan: PullPlan, ingest_id: str) -> tuple[list[str], list[UnitRow]]:
    if plan.roster == "patients":
        return _from_file(client, plan.roster_file, ingest_id)
    if plan.roster == "search":
        return _from_searches(client, plan, ingest_id)
    return _from_group(client, plan.group, ingest_id)


def _from_group(client: Client, group: str | None, ingest_id: str) -> tuple[list[str], list[UnitRow]]:
    """The members of a Group, by its id; inactive ones are members no longer."""
    if not group:
        raise PlanRefused("the roster group needs the id of a Group (server.group). Nothing was landed.")
    try:
        resource = client.get(f"{client.access.base}/Group/{quote(group, safe='')}", read_resource)
    except UnitFailed as error:
        raise PlanRefused(f"the Group of server.group cannot be read ({error}). Nothing was landed.") from error
    listed = [member for member in resource.get("member") or () if isinstance(member, dict)]
    members = {name for member in listed if not member.get("inactive") and (name := _member_id(member))}
    if not members:
        raise PlanRefused("the Group of server.group has no patients. Nothing was landed.")
    said = resource.get("quantity")
    row = UnitRow(
        ingest_id=ingest_id,
        unit="roster group",
        resource_type="Group",
        patient_id=None,
        asked=1,
        received=len(listed),
        distinct_received=len(members),
        server_count=said if isinstance(said, int) else None,
        attempts=1,
        status="complete",
    )
    if isinstance(said, int) and said > len(listed):
        reason = f"the Group counts {said} members, {len(listed)} are listed"
        row = replace(row, status="incomplete", reason=reason)
    return sorted(members), [row]


def _member_id(member: dict[str, Any]) -> str | None:
    reference = member.get("entity")
    text = reference.get("reference") if isinstance(reference, dict) else None
    if not isinstance(text, str):
        return None
    # Bulk importers leave the uuid of the bundle behind, which is the patient's id.
    return text.removeprefix("urn:uuid:") if text.startswith("urn:uuid:") else text.rpartition("Patient/")[2] or None


def _from_file(client: Client, path: Path | None, ingest_id: str) -> tuple[list[str], list[UnitRow]]:
    names = list(_read_names(path))
    if not names:
        raise PlanRefused(f"the roster file {path} names nobody. Nothing was landed.")
    patient_ids = {name.removeprefix("Patient/") for name in names if "|" not in name}
    identifiers = [name for name in names if "|" in name]
    if not identifiers:
        return sorted(patient_ids), []
    rows = []
    for identifier in identifiers:
        unit = SearchUnit("roster identifier", "Patient", (("identifier", identifier),))
        row = fetch_unit(client, unit, lambda entries: patient_ids.update(_own_ids(entries)), ingest_id=ingest_id)
        if row.status == "complete" and not row.received:
            row = replace(row, status="incomplete", reason="the server knows no patient of this identifier")
        rows.append(row)
    return sorted(patient_ids), [merge_rows(rows)]


def _read_names(path: Path | None) -> Iterator[str]:
    if path is None:
        raise PlanRefused("the roster patients needs a file of ids (server.roster_file). Nothing was landed.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        kind = type(error).__name__
        raise PlanRefused(f"the roster file {path} cannot be read ({kind}). Nothing was landed.") from error
    for line in text.splitlines():
        if (name := line.strip()) and not name.startswith("#"):
            yield name


def _from_searches(client: Client, plan: PullPlan, ingest_id: str) -> tuple[list[str], list[UnitRow]]:
    if read_profile(plan.profile).patient_only:
        raise PlanRefused(
            f"a server of the profile {plan.profile} answers no search without a patient. Nothing was landed; use the "
            "roster patients with a file, or a group."
        )
    if not plan.roster_searches:
        raise PlanRefused("the roster search has no codes to search for. Nothing was landed.")
    patient_ids: set[str] = set()
    rows = []
    for resource_type, tokens in plan.roster_searches:
        units = [
            SearchUnit(f"roster {resource_type}", resource_type, (("code", codes),)) for codes in code_lists(tokens)
        ]
        found = [
            fetch_unit(client, unit, lambda entries: patient_ids.update(_patient_ids(entries)), ingest_id=ingest_id)
            for unit in units
        ]
        rows.append(merge_rows(found))
    if all(row.status == "failed" for row in rows):
        raise PlanRefused(
            f"the server answers no search without a patient ({rows[0].reason}). Nothing was landed; "
            "use the roster patients with a file."
        )
    if any(row.status != "complete" for row in rows):
        # Whoever was found before must not fall out because a search failed today.
        patient_ids |= plan.previous_roster
    return sorted(patient_ids), rows


def code_lists(tokens: Sequence[str]) -> Iterator[str]:
    """Tokens as comma lists, each short enough for an address."""
    batch: list[str] = []
    for token in tokens:
        if batch and sum(len(text) + 1 for text in batch) + len(token) > LONGEST_CODE_LIST:
            yield ",".join(batch)
            batch = []
        batch.append(token)
    if batch:
        yield ",".join(batch)


def merge_rows(rows: Sequence[UnitRow]) -> UnitRow:
    """Several requests for one thing as one unit: sums, and the status and reason of the worst."""
    rank = ("complete", "pending", "incomplete", "failed")
    worst = max(rows, key=lambda row: rank.index(row.status))
    counts = [row.server_count for row in rows]
    return replace(
        worst,
        asked=sum(row.asked for row in rows),
        received=sum(row.received for row in rows),
        distinct_received=sum(row.distinct_received for row in rows),
        server_count=None if None in counts else sum(count or 0 for count in counts),
        attempts=max(row.attempts for row in rows),
    )


def _own_ids(entries: list[Entry]) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry.resource.get("id"), str):
            yield entry.resource["id"]


def _patient_ids(entries: list[Entry]) -> Iterator[str]:
    for entry in entries:
        reference = entry.resource.get("subject") or entry.resource.get("patient")
        text = reference.get("reference") if isinstance(reference, dict) else None
        if isinstance(text, str) and "Patient/" in text:
            yield text.rpartition("Patient/")[2].partition("/")[0]
