"""Units that an earlier pull left open: asked for again, or closed with a reason once nobody asks for them any more.

The newest ledger row of a unit says whether data are missing. A unit that is never asked for again would keep every
later week incomplete: a patient who left the roster, a type the protocol dropped, a search whose form has changed.
Who left the roster but has an index event stays in the figures, so what is missing of them is asked for until it comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ehr.landing import Landing
from ehr.ledger import UnitRow
from ehr.plan import PullPlan
from ehr.watermarks import newest_state

Unit = tuple[str, str, str | None]


@dataclass(frozen=True, slots=True)
class OpenUnits:
    """Units not complete by their newest row, and the patients among them who have a candidate index event."""

    units: frozenset[Unit] = frozenset()
    members: frozenset[str] = frozenset()

    def carried(self, roster: Iterable[str]) -> list[str]:
        """Patients who are not on the roster, and of whom something is missing that the figures need."""
        wanted = {patient_id for _, _, patient_id in self.units if patient_id is not None}
        return sorted((wanted & self.members) - set(roster))

    def closing_rows(self, rows: Iterable[UnitRow], plan: PullPlan, ingest_id: str) -> Iterator[UnitRow]:
        """A row for each open unit that this pull had no reason to ask for; none from a pull of a part."""
        if plan.only is not None:
            return
        asked = {unit_of(row) for row in rows}
        pending = {row.patient_id for row in rows if row.status == "pending"}
        seen = {row.patient_id for row in rows}
        for unit, resource_type, patient_id in sorted(self.units - asked, key=str):
            if patient_id is not None and patient_id in pending:
                continue
            reason = "no longer asked for" if patient_id is None or patient_id in seen else "no longer on the roster"
            yield UnitRow(ingest_id, unit, resource_type, patient_id, 0, 0, 0, None, 0, "complete", reason)


def open_units(plan: PullPlan, landing_root: Path) -> OpenUnits:
    """What the newest closed ingest from the same source left open."""
    state = newest_state(plan, landing_root)
    if state is None:
        return OpenUnits()
    patients = state.get("patients", {})
    return OpenUnits(
        units=frozenset((str(unit), str(kind), name) for unit, kind, name in state.get("open", ())),
        members=frozenset(name for name, known in patients.items() if known.get("index_days") is not None),
    )


def replaced_files(before: OpenUnits, rows: Sequence[UnitRow], ingest_id: str) -> list[UnitRow]:
    """Closing rows for damaged files of an earlier delivery whose type came whole, in other files, with this one."""
    names = {row.unit for row in rows}
    whole = {row.resource_type for row in rows} - {row.resource_type for row in rows if row.status != "complete"}
    return [
        UnitRow(ingest_id, unit, kind, None, 0, 0, 0, None, 0, "complete", "delivered in other files")
        for unit, kind, _ in sorted(before.units, key=str)
        if unit not in names and kind in whole
    ]


def leave_as_it_was(landing: Landing, plan: PullPlan, state: dict[str, Any] | None, before: OpenUnits) -> None:
    """The state after a pull of a part: what the last whole pull left, but for the units that are open now.

    What was asked for only since an instant proves nothing about the whole unit, so its rows bear another name.
    """
    if plan.only is not None and plan.only.since is not None:
        landing.rows[:] = [replace(row, unit=f"{row.unit} since") for row in landing.rows]
    if state is not None:
        landing.state = state | {"open": still_open(before, landing.rows)}


def still_open(before: OpenUnits, rows: Iterable[UnitRow]) -> list[list[str | None]]:
    """Units open after a pull, for its state: the newest row of each decides."""
    statuses = {unit_of(row): row.status for row in rows}
    left = {unit for unit in before.units if unit not in statuses}
    left |= {unit for unit, status in statuses.items() if status != "complete"}
    return [list(unit) for unit in sorted(left, key=str)]


def unit_of(row: UnitRow) -> Unit:
    """What identifies a unit across pulls."""
    return row.unit, row.resource_type, row.patient_id
