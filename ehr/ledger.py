"""The fetch ledger: one row per unit of work, saying what was asked, what came, and whether it is all.

`asked` counts what was asked for: ids in a fetch by id, otherwise pages. `server_count` is the server's own number
(None when it gives none). `attempts` counts how often the unit was begun.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

NOT_BEGUN = "not begun before the deadline of the pull"
Status = Literal["complete", "incomplete", "failed", "pending"]


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One row of `ops.fetch_ledger`. `patient_id` None: the unit is not about one patient."""

    ingest_id: str
    unit: str
    resource_type: str
    patient_id: str | None
    asked: int
    received: int
    distinct_received: int
    server_count: int | None
    attempts: int
    status: Status
    reason: str | None = None

    def as_line(self) -> str:
        """The row as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


def pending_row(ingest_id: str, unit: str, resource_type: str, patient_id: str | None) -> UnitRow:
    """A unit that was not begun before the pull had to end: nothing was asked, nothing came."""
    return UnitRow(ingest_id, unit, resource_type, patient_id, 0, 0, 0, None, 0, "pending", NOT_BEGUN)


def count_statuses(rows: Iterable[UnitRow]) -> dict[str, int]:
    """Units by status; every status is named, also with 0."""
    counts = Counter(row.status for row in rows)
    return {status: counts[status] for status in ("complete", "incomplete", "failed", "pending")}
