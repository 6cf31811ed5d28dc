"""The crawl of a server by searches: patient by patient, or type by type, on a few connections at once.

Whatever the order in which answers come, files and ledger are written in the order of the plan: the same server gives
the same bytes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from ehr.bundles import Entry, Resource
from ehr.capability import Capability
from ehr.client import Client
from ehr.errors import ServerUnreachable
from ehr.export_crawl import ExportCrawl
from ehr.following import Following
from ehr.known import ABSENT_TYPE, Known
from ehr.landing import Landing
from ehr.ledger import UnitRow, pending_row
from ehr.leftovers import Leftovers, open_leftovers
from ehr.merges import LINKS_DEEP, Merges, merged_with
from ehr.open_units import OpenUnits, still_open
from ehr.parallel import in_order
from ehr.patients import PatientCrawl, PatientHarvest, crawl_patient, leave_patient
from ehr.plan import ProgressEvent, PullPlan
from ehr.references import ALWAYS_WANTED, FOLLOWED, Pointers
from ehr.roster import resolve_roster
from ehr.spool import open_spool
from ehr.units import SearchUnit, fetch_unit
from ehr.watermarks import Newest, State, since_of
from ehr.withdrawals import Withdrawals

Report = Callable[[ProgressEvent], None]
UNITS_BEFORE_GIVING_UP = 20


@dataclass(slots=True)
class Crawl:
    """One crawl into one landing; `began` is the server's own time at its start.

    `is_over` is asked before each patient or type: once true, what is not begun stays pending.
    """

    client: Client
    plan: PullPlan
    capability: Capability
    landing: Landing
    report: Report
    began: datetime
    withdrawals: Withdrawals
    left_open: OpenUnits
    is_over: Callable[[], bool] = lambda: False
    pointers: Pointers = field(init=False)
    newest: Newest = field(default_factory=Newest)
    state: State = field(default_factory=State)
    asked_in_full: set[tuple[str, str | None]] = field(default_factory=set)
    following: Following = field(init=False)
    merges: Merges = field(init=False)
    known_at: str | None = None
    leftovers: Leftovers | None = None
    resources: int = 0
    count_lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.pointers = Pointers(self._targets)
        self.merges = Merges(self.plan.merged)
        offered = frozenset(name for name in FOLLOWED if self.capability.offers(name))
        self.following = Following(self.client, self.pointers, offered, self.is_over)

    def run(self) -> int | None:
        """Pull everything of the plan; the number of patients looked at, None for the roster `all`.

        Raises:
            PullStopped: nobody answers, the token is refused, the roster cannot be resolved, the disk is full.
        """
        self._note_absent_types()
        patients = None
        if self.plan.source == "export":
            patients = self._export()
        elif self.plan.roster == "all":
            self._crawl_types()
        else:
            patients = self._crawl_patients()
        self._demand_answers(at_least=1)
        self._learn_and_follow()
        if self.plan.only is None:
            self._leave_state()
        return patients

    def _leave_state(self) -> None:
        for row in list(self.left_open.closing_rows(self.landing.rows, self.plan, self.landing.ingest_id)):
            self.landing.add_row(row)
        self.state.left_open = still_open(self.left_open, self.landing.rows)
        known = Known(self.plan, self.newest, self.began, self.withdrawals.since, self.known_at)
        known.leave(self.state, self.landing.rows, self.asked_in_full)
        self.landing.state = self.state.as_json(self.plan) | self.withdrawals.state
        self.landing.held = self.withdrawals.held()

    def _demand_answers(self, *, at_least: int) -> None:
        """Give up on a server that has answered nothing: an ingest of failures only would look like a quiet week."""
        rows = [row for row in self.landing.rows if row.attempts]
        if len(rows) >= at_least and all(row.status == "failed" for row in rows):
            raise ServerUnreachable(
                f"{self.client.access.host} answered none of {len(rows)} searches ({rows[0].reason}). "
                "Nothing was landed; ask its keepers what our account may search."
            )

    def _note_absent_types(self) -> None:
        for resource_type in self.plan.types:
            if not self.capability.offers(resource_type):
                self.landing.add_row(self._row_of_absent(resource_type))

    def _row_of_absent(self, resource_type: str) -> UnitRow:
        name = f"type {resource_type}"
        return UnitRow(self.landing.ingest_id, name, resource_type, None, 0, 0, 0, None, 0, "complete", ABSENT_TYPE)

    def _crawl_patients(self) -> int:
        patient_ids = self._roster()
        if self.plan.only is None:
            carried = self.left_open.carried(patient_ids)
            patient_ids += [name for name in carried if not self.plan.is_forgotten(name)]
        medications = self.following.shelves["Medication"]
        ingest_id, targets = self.landing.ingest_id, self._targets
        crawl = PatientCrawl(self.client, self.plan, self.capability, ingest_id, medications, targets, self.is_over)
        if self.withdrawals.absences is not None:
            crawl = replace(crawl, held=self.withdrawals.absences.held)
        spool = open_spool(self.plan, self.landing.folder.parent, self.began, ingest_id, targets)
        # What a killed pull brought is known as of when that one began.
        self.began = spool.began

        def harvest_of(name: str) -> PatientHarvest:
            harvest = spool.take(name)
            if harvest is None and self.is_over():
                return leave_patient(crawl, name)
            if harvest is None:
                harvest = crawl_patient(crawl, name)
                spool.lay_aside(harvest)
            return harvest

        for _ in range(LINKS_DEEP):
            self._take_all(patient_ids, harvest_of)
            others = self.merges.beyond(patient_ids, self.state.roster)
            patient_ids = [name for name in others if not self.plan.is_forgotten(name)]
            crawl.followed.update(patient_ids)
            if not patient_ids:
                break
        self.state.merged = self.merges.found
        return len(self.state.roster)

    def _take_all(self, patient_ids: list[str], harvest_of: Callable[[str], PatientHarvest]) -> None:
        before = len(self.state.roster)
        total = before + len(patient_ids)
        for done, harvest in enumerate(in_order(patient_ids, harvest_of, self._connections), start=before + 1):
            self._take(harvest)
            self._demand_answers(at_least=UNITS_BEFORE_GIVING_UP)
            self.report(ProgressEvent("patients", done, total, self.resources))

    def _roster(self) -> list[str]:
        patient_ids, rows = resolve_roster(self.client, self.plan, ingest_id=self.landing.ingest_id)
        for row in rows:
            self.landing.add_row(row)
        return patient_ids

    def _take(self, harvest: PatientHarvest) -> None:
        for resource_type, lines in harvest.lines.items():
            self.landing.write(resource_type, lines)
            self.resources += len(lines)
        for row in harvest.rows:
            self.landing.add_row(row)
        self.state.roster[harvest.patient_id] = harvest.index_days
        self.asked_in_full |= {(name, harvest.patient_id) for name in harvest.asked_in_full}
        self.pointers.add(harvest.pointers)
        self.newest.add(harvest.newest)
        self.merges.note(harvest.patient_id, harvest.links)
        if self.withdrawals.absences is not None:
            self.withdrawals.absences.take(harvest, whole_only=self.plan.only is not None)

    def _export(self) -> int | None:
        members = None
        if self.plan.roster != "all":
            members = self._roster()
            members += self.merges.known_beyond(members, self.plan.is_forgotten)
            self.state.roster = dict.fromkeys(members)

        def note(resource: Resource) -> None:
            self.pointers.note(resource)
            self.newest.note(resource)
            self._hold(resource)
            if resource.get("resourceType") == "Patient":
                self.merges.note(str(resource.get("id")), merged_with(resource))

        def medications() -> list[Resource]:
            offered = self.capability.offers("Medication")
            return self.following.shelves["Medication"].fetch(self.pointers.missing("Medication") if offered else ())

        crawl = ExportCrawl(
            self.client,
            self.plan,
            self.capability,
            self.landing,
            members,
            note,
            medications,
            self.is_over,
            self.report,
        )
        crawl.run(self.began)
        self.resources += crawl.resources
        self.known_at = crawl.known_at
        self.state.merged = self.merges.all_known()
        self.withdrawals.count(members)
        return None if members is None else len(members)

    def _crawl_types(self) -> None:
        types = [name for name in self.plan.types if self.capability.offers(name)]
        left = open_leftovers(self.plan, self.landing.folder.parent, self.began, self.landing.ingest_id)
        # What a killed pull brought is known as of when that one began.
        self.leftovers, self.began = left, left.began
        done = 0

        def tell() -> None:
            self.report(ProgressEvent("types", done, len(types), self.resources))

        for row, pointers, newest in in_order(types, self._crawl_type, self._connections, meanwhile=tell):
            done += 1
            self.landing.add_row(row)
            self.pointers.add(pointers)
            self.newest.add(newest)
            tell()
        self.withdrawals.count(None)

    def _crawl_type(self, resource_type: str) -> tuple[UnitRow, Pointers, Newest]:
        pointers, newest = Pointers(self._targets), Newest()
        if self.is_over():
            return pending_row(self.landing.ingest_id, f"type {resource_type}", resource_type, None), pointers, newest

        def keep(entries: list[Entry]) -> None:
            for entry in entries:
                pointers.note(entry.resource)
                newest.note(entry.resource)
                self._hold(entry.resource)
            self.landing.write(resource_type, [entry.line for entry in entries])
            with self.count_lock:
                self.resources += len(entries)

        since = since_of(self.plan, resource_type, None)
        pairs = (("_lastUpdated", f"ge{since}"),) if since else ()
        unit = SearchUnit(f"type {resource_type}", resource_type, pairs)
        row = fetch_unit(
            self.client,
            unit,
            keep,
            ingest_id=self.landing.ingest_id,
            is_over=self.is_over,
            leftover=self.leftovers.of(resource_type) if self.leftovers else None,
        )
        return row, pointers, newest

    @property
    def _targets(self) -> frozenset[str]:
        """Types whose pointers are noted: those that do not come whole in this pull."""
        whole = set(self.plan.types) if self.plan.roster == "all" else set()
        return frozenset(
            name for name in FOLLOWED if name not in whole and (name in ALWAYS_WANTED or name in self.plan.types)
        )

    def _learn_and_follow(self) -> None:
        self.following.ask_again(self.plan.unresolved)
        self.following.follow(self._keep)
        before = self.resources
        self.withdrawals.learn(self._keep)
        if self.resources > before:
            # What was fetched or read again may point further.
            self.following.follow(self._keep)
        self.state.unresolved = self.following.unresolved()
        for row in self.following.rows(self.landing.ingest_id):
            self.landing.add_row(row)

    def _keep(self, entries: list[Entry]) -> None:
        for entry in entries:
            self.pointers.note(entry.resource)
            self._hold(entry.resource)
            self.landing.write(entry.resource_type, [entry.line])
        self.resources += len(entries)

    def _hold(self, resource: Resource) -> None:
        if self.withdrawals.absences is not None:
            self.withdrawals.absences.note(resource)

    @property
    def _connections(self) -> int:
        return self.client.access.connections
