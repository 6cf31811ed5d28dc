"""What one pull leaves for the next: since when each proved unit is known, who was on the roster, candidate days.

A watermark is the earlier of two instants, the server's own clock when the pull began and the newest `lastUpdated`
seen of the type, less an overlap: reading twice is harmless, missing is not. It advances only for complete units.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ehr.bundles import Resource
from ehr.errors import PlanRefused
from ehr.manifest import closed_manifests, instant_text
from ehr.plan import Only, PullPlan
from ehr.profiles import read_profile

OVERLAP = timedelta(minutes=5)


@dataclass(slots=True)
class Newest:
    """The newest `meta.lastUpdated` seen, by type."""

    by_type: dict[str, datetime] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def note(self, resource: Resource) -> None:
        """Take in one received resource."""
        meta = resource.get("meta")
        text = meta.get("lastUpdated") if isinstance(meta, dict) else None
        if not isinstance(text, str):
            return
        resource_type = str(resource.get("resourceType"))
        known = self.texts.get(resource_type, "")
        # Texts of one form are in the order of their instants, and reading each would cost more than all the rest.
        if text.endswith("Z") and len(text) == len(known) and text <= known:
            return
        instant = instant_of(text)
        if instant is not None:
            self.note_instant(resource_type, instant)
            if text.endswith("Z") and instant == self.by_type[resource_type]:
                self.texts[resource_type] = text

    def note_instant(self, resource_type: str, instant: datetime) -> None:
        """Take in one instant of a type."""
        if resource_type not in self.by_type or instant > self.by_type[resource_type]:
            self.by_type[resource_type] = instant

    def add(self, other: Newest) -> None:
        """Take in what another has noted."""
        for resource_type, instant in other.by_type.items():
            self.note_instant(resource_type, instant)

    def watermark(self, resource_type: str, began: datetime) -> str | None:
        """The instant from which the type must be asked for next time.

        None when this pull saw no `lastUpdated` at all: such a server must be read in full each time.
        """
        if not self.by_type:
            return None
        newest = self.by_type.get(resource_type, max(self.by_type.values()))
        return instant_text(min(newest, began) - OVERLAP)


@dataclass(slots=True)
class State:
    """The state of one pull.

    `units` maps (type, patient or None) to since when it is known; `roster` each patient to the candidate index days,
    None where there is no candidate event, empty where one has no date.
    """

    units: dict[tuple[str, str | None], str] = field(default_factory=dict)
    roster: dict[str, list[date] | None] = field(default_factory=dict)
    history_since: str | None = None
    unresolved: dict[str, list[str]] = field(default_factory=dict)
    left_open: list[list[str | None]] = field(default_factory=list)
    merged: dict[str, list[str]] = field(default_factory=dict)

    def as_json(self, plan: PullPlan) -> dict[str, Any]:
        """The state as it lies in the landing folder."""
        patients: dict[str, dict[str, Any]] = {
            patient_id: {"index_days": None if days is None else [day.isoformat() for day in days], "since": {}}
            for patient_id, days in sorted(self.roster.items())
        }
        types: dict[str, str] = {}
        for (resource_type, patient_id), since in sorted(self.units.items(), key=lambda unit: str(unit[0])):
            if patient_id is None:
                types[resource_type] = since
            elif patient_id in patients:
                patients[patient_id]["since"][resource_type] = since
        return {
            "scope": scope_of(plan),
            "server": server_name(plan),
            "history_since": self.history_since,
            "types": types,
            "unresolved": self.unresolved,
            "open": self.left_open,
            "merged": self.merged,
            "patients": patients,
        }


def continue_from(plan: PullPlan, landing_root: Path) -> PullPlan:
    """The plan made incremental by what the newest closed ingest of the same scope left behind.

    Scope is server, types, windows and searched codes: when one of them changes, everything is read again.
    """
    state = _state_of_scope(landing_root, scope_of(plan))
    if state is None:
        return plan
    watermarks: dict[str | tuple[str, str], str] = dict(state["types"])
    for patient_id, known in state["patients"].items():
        watermarks.update({(patient_id, resource_type): since for resource_type, since in known["since"].items()})
    return replace(
        plan,
        watermarks=watermarks,
        previous_roster=frozenset(state["patients"]),
        unresolved=state["unresolved"],
        merged=state.get("merged", {}),
        known_index_days={
            patient_id: tuple(date.fromisoformat(day) for day in known["index_days"])
            for patient_id, known in state["patients"].items()
            if known["index_days"] is not None
        },
    )


def narrowed(plan: PullPlan, only: Only) -> PullPlan:
    """A plan for a part of it: its watermarks are set aside, and whatever comes moves none.

    Raises:
        PlanRefused: a type that the plan does not have.
    """
    wanted = only.types or frozenset(plan.types)
    if unknown := sorted(wanted - plan.types.keys()):
        raise PlanRefused(f"the protocol does not ask for {', '.join(unknown)}. Nothing was landed.")
    return replace(
        plan,
        types={name: window for name, window in plan.types.items() if name in wanted},
        roster="patients" if only.patients_file else plan.roster,
        roster_file=only.patients_file or plan.roster_file,
        watermarks=dict.fromkeys(wanted, only.since) if only.since else {},
        only=only,
    )


def newest_state(plan: PullPlan, landing_root: Path) -> dict[str, Any] | None:
    """The state that the newest closed ingest from the same source left, whatever its scope."""
    for manifest in reversed(closed_manifests(landing_root)):
        state = manifest.state()
        if state is not None and state.get("server") == server_name(plan):
            return state
    return None


def history_since(plan: PullPlan, landing_root: Path) -> str | None:
    """Since when deletions must be asked for; None before the first closed ingest from this server."""
    state = newest_state(plan, landing_root)
    since: str | None = state.get("history_since") if state is not None else None
    return since


def since_of(plan: PullPlan, resource_type: str, patient_id: str | None) -> str | None:
    """From when a unit is to be asked for; None: in full. A patient new to the roster is always asked for in full."""
    if not read_profile(plan.profile).by_last_updated and plan.source == "search":
        return None
    if plan.only is not None or patient_id is None:
        return plan.watermarks.get(resource_type)
    if patient_id not in plan.previous_roster:
        return None
    return plan.watermarks.get((patient_id, resource_type), plan.watermarks.get(resource_type))


def server_clock(date_header: str | None, own: datetime) -> datetime:
    """The server's time by its Date header, or ours where it sends none."""
    try:
        return parsedate_to_datetime(date_header) if date_header else own
    except ValueError:
        return own


def scope_of(plan: PullPlan) -> str:
    """A hash of everything that makes an older watermark meaningless when it changes."""
    content = [
        server_name(plan),
        plan.roster == "all",
        sorted((name, list(window) if window else None) for name, window in plan.types.items()),
        sorted((name, sorted(tokens)) for name, tokens in plan.roster_searches),
    ]
    if plan.source == "export":
        content += ["export", plan.roster, plan.group]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def server_name(plan: PullPlan) -> str | None:
    """What the state of a pull calls the source it came from; None for a folder."""
    # Without the port: a practice server gets another one at each start and is the same hospital.
    if plan.access is None:
        return None
    parts = urlsplit(plan.access.base)
    return f"{parts.hostname}{parts.path}"


def _state_of_scope(landing_root: Path, scope: str) -> dict[str, Any] | None:
    for manifest in reversed(closed_manifests(landing_root)):
        state = manifest.state()
        if state is not None and state.get("scope") == scope:
            return state
    return None


def instant_of(text: str) -> datetime | None:
    """The instant that a FHIR text means, read as UTC where it names no zone; None where it is none."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def union_days(known: Sequence[date] | None, found: Sequence[date] | None) -> list[date] | None:
    """Candidate days known before and found now, in order; None when neither names a candidate event."""
    return None if known is None and found is None else sorted({*(known or ()), *(found or ())})
