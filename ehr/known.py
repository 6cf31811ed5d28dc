"""From the ledger of a pull to the state it leaves: since when each unit is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ehr.ledger import UnitRow
from ehr.plan import PullPlan
from ehr.watermarks import Newest, State, since_of

ABSENT_TYPE = "the server does not offer this type"


@dataclass(frozen=True, slots=True)
class Known:
    """What a pull learned about time: its plan, the newest instants seen, when it began, since when deletions.

    `known_at`, from an export, is what the server itself says to ask from next time.
    """

    plan: PullPlan
    newest: Newest
    began: datetime
    deletions_since: str | None
    known_at: str | None = None

    def leave(self, state: State, rows: Sequence[UnitRow], asked_in_full: set[tuple[str, str | None]]) -> None:
        """Write into the state the instants from which the next pull must ask; only complete units move theirs."""
        broken = {
            (row.resource_type, row.patient_id)
            for row in rows
            if row.status != "complete" and not row.unit.startswith(("history", "references", "deletions"))
        }
        for row in rows:
            if row.unit.startswith(("patient", "type")) and row.reason != ABSENT_TYPE:
                unit = (row.resource_type, row.patient_id)
                known = self._since(unit, broken=unit in broken, in_full=unit in asked_in_full)
                if known is not None:
                    state.units[unit] = known
        state.history_since = self._history_since(rows)

    def _since(self, unit: tuple[str, str | None], *, broken: bool, in_full: bool) -> str | None:
        # What was asked for in full and failed has no older watermark either: it would bring changes only.
        before = None if broken and in_full else since_of(self.plan, *unit)
        fresh = None if broken else self.known_at or self.newest.watermark(unit[0], self.began)
        return max(filter(None, (before, fresh)), default=None)

    def _history_since(self, rows: Sequence[UnitRow]) -> str | None:
        if any(row.status != "complete" for row in rows if row.unit.startswith("history")):
            return self.deletions_since
        newest = self.newest.watermark("", self.began)
        return max(filter(None, (self.deletions_since, newest)), default=None)
