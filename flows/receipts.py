"""What a run says of itself: counts, names, times. The only things that pass between Prefect tasks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

__all__ = ["RunReceipt"]


@dataclass(frozen=True)
class RunReceipt:
    """The end of a flow run.

    `outcome` is complete or incomplete; `missing` counts patients per type; `page` is where the week's page stands,
    None for an ingest; `seconds` are the wall times of the stages in the order they ran.
    """

    flow: str
    outcome: str
    as_of: datetime | None
    data_date: date | None
    run_id: str | None
    week: str | None
    page: str | None
    missing: tuple[str, ...]
    warnings: int
    counts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether nothing that was asked for is missing."""
        return self.outcome == "complete"
