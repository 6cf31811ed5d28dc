"""What a pull is told to do, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from ehr.access import ServerAccess

Resource = dict[str, Any]
Window = tuple[int, int]
"""First and last day relative to day 0, both counted."""
IndexDays = Callable[[Iterable[Resource]], Mapping[str, Sequence[date]]]
Source = Literal["search", "folder", "export"]
RosterKind = Literal["search", "patients", "group", "all"]


def no_index_days(resources: Iterable[Resource]) -> Mapping[str, Sequence[date]]:
    """Finds no candidate event: windowed types are then not asked for."""
    return {}


def nobody(patient_id: str) -> bool:
    """No patient is forgotten."""
    return False


@dataclass(frozen=True, slots=True)
class Only:
    """A part of a pull: some patients, some types, from an instant on. None leaves a choice as the plan has it."""

    patients_file: Path | None = None
    types: frozenset[str] | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True)
class PullPlan:
    """One pull, complete: whom, what, since when.

    `types`: None fetches all time; a window fetches, per patient, from the earliest candidate index day plus its first
    day to the latest plus its last day. `index_days` finds the candidate days of patients in their Procedures,
    MedicationAdministrations and the Medications these point to (never called from two threads at once); a patient
    with an empty list has a candidate event without a day, and windowed types are then fetched whole.
    `roster_searches` are (type, tokens `system|code`): the roster `search` takes the patients of any match, and a
    windowed type among them is looked through for index events in all time.

    `watermarks` (type, or (patient, type) -> FHIR instant), `previous_roster`, `known_index_days`, `unresolved` (ids by
    type that were pointed to and did not come) and `merged` (patients that others were merged with, who are pulled
    beside the roster) make a pull incremental; `continue_from` fills them.

    `only` makes it a pull of a part: no watermark moves and nothing is closed.

    `until`: what is not begun at this instant is not begun; the ledger has it as `pending`, the next pull asks for it.
    `is_forgotten` says of which patient ids nothing may be asked, whoever names them.
    """

    access: ServerAccess | None = None
    profile: str = "generic"
    source: Source = "search"
    folder: Path | None = None
    roster: RosterKind = "patients"
    roster_file: Path | None = None
    group: str | None = None
    roster_searches: Sequence[tuple[str, Sequence[str]]] = ()
    types: Mapping[str, Window | None] = field(default_factory=dict)
    index_days: IndexDays = no_index_days
    watermarks: Mapping[str | tuple[str, str], str] = field(default_factory=dict)
    previous_roster: frozenset[str] = frozenset()
    known_index_days: Mapping[str, Sequence[date]] = field(default_factory=dict)
    unresolved: Mapping[str, Sequence[str]] = field(default_factory=dict)
    merged: Mapping[str, Sequence[str]] = field(default_factory=dict)
    only: Only | None = None
    until: datetime | None = None
    is_forgotten: Callable[[str], bool] = nobody


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """How far a step is: `done` of `total` (None: not known), and resources received so far in it. Counts only."""

    step: str
    done: int
    total: int | None
    resources: int


@dataclass(frozen=True, slots=True)
class PullReceipt:
    """What a pull landed. Counts only, no identifiers.

    `units` counts units by status; `incomplete_types` counts, by resource type, the patients (or, for units of no
    patient, units) for which something is missing; `incomplete_patients` the patients with anything missing.
    """

    ingest_id: str
    landed_at: datetime
    files: int
    resources: int
    deletions: int
    patients: int | None
    units: Mapping[str, int]
    incomplete_patients: int
    incomplete_types: Mapping[str, int]

    @property
    def is_complete(self) -> bool:
        """Whether every unit brought all that the server has."""
        return not self.incomplete_types
