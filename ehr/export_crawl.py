"""The pull of a roster by export: who is kept, what the server counts, and the search that makes good what is short."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ehr.bundles import Entry, Resource
from ehr.capability import Capability
from ehr.client import Client
from ehr.counting import count_type
from ehr.errors import TimeIsUp
from ehr.export import Export, Haul, common_since, type_row
from ehr.landing import Landing
from ehr.ledger import UnitRow, pending_row
from ehr.manifest import instant_text
from ehr.patients import OF_NO_PATIENT
from ehr.plan import ProgressEvent, PullPlan
from ehr.unit_fetch import SearchUnit
from ehr.units import fetch_unit

MADE_GOOD = "left out by the export, made good by search"


@dataclass(slots=True)
class ExportCrawl:
    """What an export needs of the pull it is part of. `members` None: nobody is left out."""

    client: Client
    plan: PullPlan
    capability: Capability
    landing: Landing
    members: Sequence[str] | None
    note: Callable[[Resource], None]
    is_over: Callable[[], bool]
    report: Callable[[ProgressEvent], None]
    resources: int = 0
    known_at: str | None = None

    def run(self, now: datetime) -> None:
        """Export, count, make good; each type ends with its row, and `known_at` says from when the next must ask.

        Raises:
            PlanRefused, TokenRefused: see `Export.run`.
        """
        types = [name for name in self.plan.types if self.capability.offers(name)]
        members = frozenset(self.members) if self.members is not None else None
        export = Export(self.client, self.plan, self.landing, members, self.note, self.is_over, now)
        export.since = common_since(self.plan, types, bool((members or frozenset()) - self.plan.previous_roster))
        try:
            export.run(self.landing.folder.parent, types)
        except TimeIsUp as error:
            for name in types:
                row = pending_row(self.landing.ingest_id, f"type {name}", name, None)
                self.landing.add_row(replace(row, reason=str(error)))
            return
        self.resources += export.resources
        self.known_at = instant_text(export.known_at) if export.known_at else None
        for done, name in enumerate(types, start=1):
            self._settle(name, export.hauls[name], export.since, export.errors)
            self.report(ProgressEvent("types", done, len(types), self.resources))

    def _settle(self, name: str, haul: Haul, since: str | None, errors: Sequence[str]) -> None:
        row = type_row(self.landing, name, haul, count_type(self.client, name, self.members, since), errors)
        if row.status == "complete":
            self.landing.add_row(row)
            return
        good = True
        for searched in self._search(name, since):
            good = good and searched.status == "complete"
            if searched.patient_id is not None:
                self.landing.add_row(searched)
            elif good:
                row = replace(row, server_count=searched.server_count, distinct_received=searched.distinct_received)
            if not good:
                break
        self.landing.add_row(replace(row, status="complete", reason=MADE_GOOD) if good else row)

    def _search(self, name: str, since: str | None) -> Iterator[UnitRow]:
        """Ask for a type by search, patient by patient where there is a roster; left at the first failure."""
        changed = (("_lastUpdated", f"ge{since}"),) if since else ()
        if self.members is None or name in OF_NO_PATIENT:
            yield self._fetch(SearchUnit(f"type {name}", name, changed))
            return
        who = "_id" if name == "Patient" else "patient"
        for patient_id in self.members:
            yield self._fetch(SearchUnit(f"patient {name}", name, ((who, patient_id), *changed), patient_id))

    def _fetch(self, unit: SearchUnit) -> UnitRow:
        def keep(entries: list[Entry]) -> None:
            for entry in entries:
                self.note(entry.resource)
            self.landing.write(unit.resource_type, [entry.line for entry in entries])
            self.resources += len(entries)

        return fetch_unit(self.client, unit, keep, ingest_id=self.landing.ingest_id, is_over=self.is_over)
