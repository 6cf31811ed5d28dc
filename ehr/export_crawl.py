"""The pull of a roster by export: who is kept, what the server counts, and the search that makes good what is short.

Most pulls are one job. Where the server holds so much of a type that a search would ask for it by date, that type has
a second job of its own, for a window around the index days that the first one brought.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ehr.bundles import Entry, Resource
from ehr.capability import Capability
from ehr.client import Client
from ehr.counting import count_type
from ehr.errors import TimeIsUp
from ehr.export import Export, common_since, level_of, type_row, unit_name
from ehr.export_bounds import BY_DATE, Bounds, IndexFinder, since_bounds, too_big, window_bounds
from ehr.landing import Landing
from ehr.ledger import NOT_BEGUN, UnitRow, pending_row
from ehr.manifest import instant_text
from ehr.patients import OF_NO_PATIENT
from ehr.plan import ProgressEvent, PullPlan
from ehr.unit_fetch import SearchUnit
from ehr.units import fetch_unit

MADE_GOOD = "left out by the export, made good by search"
IGNORED = "more came than lies within the bounds of the export"
Note = Callable[[Resource], None]


def nothing(resource: Resource) -> None:
    """Notes nothing."""


@dataclass(slots=True)
class ExportCrawl:
    """What an export needs of the pull it is part of. `members` None: nobody is left out.

    `note` sees each kept resource; `medications` gives the Medications that the noted ones point to and that did not
    come by themselves.
    """

    client: Client
    plan: PullPlan
    capability: Capability
    landing: Landing
    members: Sequence[str] | None
    note: Note
    medications: Callable[[], Sequence[Resource]]
    is_over: Callable[[], bool]
    report: Callable[[ProgressEvent], None]
    resources: int = 0
    known_at: str | None = None
    settled: int = 0

    def run(self, now: datetime) -> None:
        """Export, count, make good; each type ends with its row, and `known_at` says from when the next must ask.

        Raises:
            PlanRefused, TokenRefused: see `Export.run`.
        """
        types = [name for name in self.plan.types if self._is_exported(name)]
        windowed = too_big(self.client, self.plan, types, self.members)
        whole = [name for name in types if name not in windowed]
        # An index day that is new moves the window, so windows are never asked for changes only.
        newcomers = bool(frozenset(self.members or ()) - self.plan.previous_roster)
        since = None if windowed else common_since(self.plan, types, newcomers)
        finder = IndexFinder(self.plan.index_days)
        bounds = since_bounds(self.plan, since, level_of(self.plan))
        came = self._carry_out(whole, bounds, now, finder.note if windowed else nothing)
        if windowed and not came:
            self._leave(windowed, Bounds(), NOT_BEGUN)
        elif windowed:
            for medication in self.medications():
                finder.note(medication)
            self._carry_out(windowed, window_bounds(self.plan, windowed, finder.days()), now)

    def _is_exported(self, name: str) -> bool:
        """Whether to ask for a type: what belongs to nobody is fetched where it is pointed to.

        HAPI refuses the whole export of patients for one such type.
        """
        return self.capability.offers(name) and (self.members is None or name not in OF_NO_PATIENT)

    def _carry_out(self, types: Sequence[str], bounds: Bounds, now: datetime, also_note: Note = nothing) -> bool:
        """One export; False where the time was up before it was done."""
        members = frozenset(self.members) if self.members is not None else None

        def note(resource: Resource) -> None:
            self.note(resource)
            also_note(resource)

        export = Export(self.client, self.plan, self.landing, members, note, self.is_over, now, bounds)
        try:
            export.run(self.landing.folder.parent, types)
        except TimeIsUp as error:
            self._leave(types, bounds, str(error))
            return False
        self.resources += export.resources
        known_at = instant_text(export.known_at) if export.known_at else None
        self.known_at = min(filter(None, (self.known_at, known_at)), default=None)
        for name in types:
            self._settle(name, export)
            self.settled += 1
            self.report(ProgressEvent("types", self.settled, len(self.plan.types), self.resources))
        return True

    def _leave(self, types: Sequence[str], bounds: Bounds, reason: str) -> None:
        for name in types:
            row = pending_row(self.landing.ingest_id, unit_name(bounds, name), name, None)
            self.landing.add_row(replace(row, reason=reason))

    def _settle(self, name: str, export: Export) -> None:
        row, said = self._counted(name, export)
        if row.status == "complete":
            self.landing.add_row(replace(row, reason=_joined(row.reason, *said)))
            return
        good = True
        for searched in self._search(name, export.bounds):
            good = good and searched.status == "complete"
            if searched.patient_id is not None:
                self.landing.add_row(searched)
            elif good:
                row = replace(row, server_count=searched.server_count, distinct_received=searched.distinct_received)
            if not good:
                break
        why = sorted(set(export.hauls[name].faults))
        made_good = replace(row, status="complete", reason=_joined(MADE_GOOD, *why, *said))
        self.landing.add_row(made_good if good else replace(row, reason=_joined(row.reason, *said)))

    def _counted(self, name: str, export: Export) -> tuple[UnitRow, list[str]]:
        """The row of a type by the server's count of it, and what is to be said of its bounds.

        More than the server counts within the bounds came: it did not keep them, and then only the count without
        bounds proves that nothing is missing.
        """
        bounds = export.bounds.of(name)
        said = [f"the server refuses _typeFilter ({export.refusal})"] if export.refusal else []
        row = type_row(export, name, count_type(self.client, name, self.members, bounds))
        if bounds and row.server_count is not None and row.distinct_received > row.server_count:
            row = type_row(export, name, count_type(self.client, name, self.members))
            return row, [*said, IGNORED]
        return row, [*said, BY_DATE] if export.bounds.windows.get(name) else said

    def _search(self, name: str, bounds: Bounds) -> Iterator[UnitRow]:
        """Ask for a type by search, patient by patient where there is a roster; left at the first failure."""
        asked = bounds.of(name)
        if self.members is None or name in OF_NO_PATIENT:
            yield self._fetch(SearchUnit(unit_name(bounds, name), name, asked))
            return
        who = "_id" if name == "Patient" else "patient"
        for patient_id in self.members:
            yield self._fetch(SearchUnit(f"patient {name}", name, ((who, patient_id), *asked), patient_id))

    def _fetch(self, unit: SearchUnit) -> UnitRow:
        def keep(entries: list[Entry]) -> None:
            for entry in entries:
                self.note(entry.resource)
            self.landing.write(unit.resource_type, [entry.line for entry in entries])
            self.resources += len(entries)

        return fetch_unit(self.client, unit, keep, ingest_id=self.landing.ingest_id, is_over=self.is_over)


def _joined(*reasons: str | None) -> str | None:
    return "; ".join(filter(None, reasons)) or None
