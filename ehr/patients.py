"""Everything of one patient: the types of all time first, then, around the candidate index days, the windowed ones.

A search by date misses resources that have no date, or have it only in `issued` or in their Specimen. A windowed type
is therefore fetched whole where the server counts at most `SMALL_ENOUGH` resources of the patient, and by date only
above that; the ledger's reason says when. Index events in windowed types (an infusion recorded only as
MedicationAdministration) are looked for in all time, by the same rule: whole when small, else by the searched codes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from ehr.bundles import Entry, Resource
from ehr.capability import Capability
from ehr.client import Client, Pairs
from ehr.held import Held
from ehr.ledger import UnitRow, pending_row
from ehr.merges import merged_with
from ehr.paging import date_parameter
from ehr.plan import PullPlan, Window
from ehr.references import Pointers
from ehr.roster import code_lists, merge_rows
from ehr.shelf import Shelf
from ehr.units import SearchUnit, TooMany, fetch_unit
from ehr.watermarks import Newest, since_of, union_days

SMALL_ENOUGH = 5000
# Types that belong to no patient: never asked for by patient, only by reference or as a whole.
OF_NO_PATIENT = frozenset({"Location", "Medication", "Organization", "Practitioner", "PractitionerRole", "Substance"})
INDEX_TYPES = frozenset({"Procedure", "MedicationAdministration"})


@dataclass(frozen=True, slots=True)
class PatientCrawl:
    """What all patients of a pull share. `held`: what is known of them where absence must be noticed (ehr/absences).

    `followed` are on no roster: others were merged with them, and a server may have removed one of the two since.
    """

    client: Client
    plan: PullPlan
    capability: Capability
    ingest_id: str
    medications: Shelf
    targets: frozenset[str]
    is_over: Callable[[], bool] = lambda: False
    held: Held | None = None
    followed: set[str] = field(default_factory=set)
    index_lock: threading.Lock = field(default_factory=threading.Lock)

    def types(self, *, windowed: bool) -> Iterator[str]:
        """The plan's types that are asked for by patient and that the server offers."""
        for resource_type, window in self.plan.types.items():
            if (window is not None) == windowed and resource_type not in OF_NO_PATIENT:
                if self.capability.offers(resource_type):
                    yield resource_type


@dataclass(slots=True)
class PatientHarvest:
    """What one patient brought: lines by type, ledger rows, and what was noted on the way.

    `asked_in_full` names the windowed types that were not asked for by watermark: if one of them failed, an older
    watermark must not stand, for it would bring changes only and never what a new window adds. `asked_for_all` says of
    each type whether all of it was asked for, without dates: then what did not come is not in the search. `links` are
    the Patients that this one was merged with, None when the Patient did not come.
    """

    patient_id: str
    lines: dict[str, list[bytes]] = field(default_factory=dict)
    rows: list[UnitRow] = field(default_factory=list)
    index_resources: list[Resource] = field(default_factory=list)
    index_days: list[date] | None = None
    pointers: Pointers = field(default_factory=Pointers)
    newest: Newest = field(default_factory=Newest)
    whole: set[str] = field(default_factory=set)
    changes_only: set[str] = field(default_factory=set)
    asked_in_full: set[str] = field(default_factory=set)
    ids: dict[str, set[str]] = field(default_factory=dict)
    asked_for_all: dict[str, bool] = field(default_factory=dict)
    links: set[str] | None = None

    def keep(self, entries: list[Entry]) -> None:
        """Take in the entries of a page."""
        for entry in entries:
            self.lines.setdefault(entry.resource_type, []).append(entry.line)
            if isinstance(entry.resource.get("id"), str):
                self.ids.setdefault(entry.resource_type, set()).add(entry.resource["id"])
            self.pointers.note(entry.resource)
            self.newest.note(entry.resource)
            if entry.resource_type == "Patient":
                self.links = merged_with(entry.resource)
            if entry.resource_type in INDEX_TYPES:
                self.index_resources.append(entry.resource)


def crawl_patient(crawl: PatientCrawl, patient_id: str) -> PatientHarvest:
    """Pull one patient in two phases.

    Raises:
        TokenRefused, ServerUnreachable: see `ehr.client`.
    """
    harvest = PatientHarvest(patient_id, pointers=Pointers(crawl.targets))
    for resource_type in crawl.types(windowed=False):
        _fetch(crawl, harvest, resource_type, since_of(crawl.plan, resource_type, patient_id))
    for resource_type, tokens in crawl.plan.roster_searches:
        if crawl.plan.types.get(resource_type) is not None and crawl.capability.offers(resource_type):
            _fetch_index_events(crawl, harvest, resource_type, tokens)
    known = crawl.plan.known_index_days.get(patient_id)
    harvest.index_days = union_days(known, _find_index_days(crawl, harvest))
    if harvest.index_days is not None:
        moved = known is None or list(known) != harvest.index_days
        for resource_type in crawl.types(windowed=True):
            if resource_type in harvest.whole or (resource_type in harvest.changes_only and not moved):
                continue
            harvest.rows = [row for row in harvest.rows if row.unit != _unit(patient_id, resource_type, ()).name]
            _fetch_window(crawl, harvest, resource_type, moved=moved)
    harvest.pointers = harvest.pointers.settle()
    return harvest


def leave_patient(crawl: PatientCrawl, patient_id: str) -> PatientHarvest:
    """A patient whose turn never came: pending in the ledger for each type of all time, known index days kept.

    Windowed types have no row: whether they will be asked for at all depends on what has not come.
    """
    rows = [
        pending_row(crawl.ingest_id, _unit(patient_id, resource_type, ()).name, resource_type, patient_id)
        for resource_type in crawl.types(windowed=False)
    ]
    days = crawl.plan.known_index_days.get(patient_id)
    return PatientHarvest(patient_id, rows=rows, index_days=None if days is None else list(days))


def _find_index_days(crawl: PatientCrawl, harvest: PatientHarvest) -> Sequence[date] | None:
    # A product may be named only by the Medication that an administration points to.
    pointed_to = harvest.pointers.missing("Medication") if crawl.capability.offers("Medication") else ()
    medications = crawl.medications.fetch(pointed_to)
    with crawl.index_lock:
        found = crawl.plan.index_days([*harvest.index_resources, *medications])
    return found.get(harvest.patient_id)


def _fetch(crawl: PatientCrawl, harvest: PatientHarvest, resource_type: str, since: str | None) -> None:
    row = _run(crawl, harvest, _unit(harvest.patient_id, resource_type, _since_pairs(since)))
    if resource_type == "Patient" and since is None and row.status == "complete" and not row.received:
        row = _row_of_nobody(crawl, harvest.patient_id, row)
    harvest.rows.append(row)


def _row_of_nobody(crawl: PatientCrawl, patient_id: str, row: UnitRow) -> UnitRow:
    """A patient who is not there: missing, unless known to be gone or merged."""
    if patient_id in crawl.followed:
        return replace(row, reason="merged with another patient, and not on the server")
    if crawl.held is not None and patient_id in crawl.held.ids("Patient", patient_id):
        return row
    return replace(row, status="incomplete", reason="the server knows no such patient")


def _fetch_index_events(
    crawl: PatientCrawl, harvest: PatientHarvest, resource_type: str, tokens: Sequence[str]
) -> None:
    since = since_of(crawl.plan, resource_type, harvest.patient_id)
    if since is not None:
        _fetch(crawl, harvest, resource_type, since)
        harvest.changes_only.add(resource_type)
    elif _fetch_whole(crawl, harvest, resource_type):
        harvest.whole.add(resource_type)
    else:
        name = f"index events {resource_type}"
        units = [
            replace(_unit(harvest.patient_id, resource_type, (("code", codes),)), name=name)
            for codes in code_lists(tokens)
        ]
        harvest.rows.append(merge_rows([_run(crawl, harvest, unit) for unit in units]))


def _fetch_window(crawl: PatientCrawl, harvest: PatientHarvest, resource_type: str, *, moved: bool) -> None:
    since = None if moved else since_of(crawl.plan, resource_type, harvest.patient_id)
    if since is not None:
        _fetch(crawl, harvest, resource_type, since)
        return
    harvest.asked_in_full.add(resource_type)
    parameter = date_parameter(resource_type)
    days = harvest.index_days
    if parameter is None or not days:
        _fetch(crawl, harvest, resource_type, None)
    elif not _fetch_whole(crawl, harvest, resource_type):
        window = crawl.plan.types[resource_type]
        assert window is not None  # noqa: S101 - only windowed types come here
        pairs = date_pairs(parameter, window, days)
        row = _run(crawl, harvest, _unit(harvest.patient_id, resource_type, pairs))
        reason = row.reason or "asked by date: resources without a date were not asked for"
        harvest.rows.append(replace(row, reason=reason))


def _fetch_whole(crawl: PatientCrawl, harvest: PatientHarvest, resource_type: str) -> bool:
    unit = _unit(harvest.patient_id, resource_type, ())
    try:
        harvest.rows.append(_run(crawl, harvest, replace(unit, most=SMALL_ENOUGH)))
    except TooMany:
        return False
    return True


def _run(crawl: PatientCrawl, harvest: PatientHarvest, unit: SearchUnit) -> UnitRow:
    unit = replace(unit, also=frozenset({*(harvest.links or ()), *crawl.plan.merged.get(harvest.patient_id, ())}))
    row = fetch_unit(crawl.client, unit, harvest.keep, ingest_id=crawl.ingest_id, is_over=crawl.is_over)
    if unit.name == f"patient {unit.resource_type}":
        harvest.asked_for_all[unit.resource_type] = len(unit.pairs) == 1
    return row


def _unit(patient_id: str, resource_type: str, pairs: Pairs) -> SearchUnit:
    who = ("_id" if resource_type == "Patient" else "patient", patient_id)
    # The same name in full, by date and since: the newest row of a unit is what stands.
    return SearchUnit(f"patient {resource_type}", resource_type, (who, *pairs), patient_id)


def _since_pairs(since: str | None) -> Pairs:
    return (("_lastUpdated", f"ge{since}"),) if since else ()


def date_pairs(parameter: str, window: Window, days: Sequence[date]) -> Pairs:
    """The bounds by date of a window around index days, which are in order and at least one."""
    # One day more on each side: a local day of the hospital may lie on two days of the server's clock.
    first = days[0] + timedelta(days=window[0] - 1)
    last = days[-1] + timedelta(days=window[1] + 1)
    return ((parameter, f"ge{first.isoformat()}"), (parameter, f"le{last.isoformat()}"))
