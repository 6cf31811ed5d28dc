"""What an export may leave out: `_since`, and `_typeFilter` with the bounds that a search of the type has.

A window is put on a type only where a search would be asked by date: where the server counts more of it than
`ehr.patients.SMALL_ENOUGH` a patient. A job is about all patients at once, so its window goes from the earliest
candidate index day to the latest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from ehr import patients
from ehr.bundles import Resource
from ehr.client import Client, Pairs
from ehr.counting import changed_since, count_type
from ehr.paging import date_parameter
from ehr.plan import IndexDays, PullPlan
from ehr.profiles import read_profile

BY_DATE = "asked by date: resources without a date were not asked for"
# What is read of a Procedure or an administration to find index days; the rest of it need not be remembered.
_INDEX_ELEMENTS = ("resourceType", "id", "status", "subject", "contained")
_INDEX_CONCEPTS = ("code", "medicationCodeableConcept", "medicationReference")
_INDEX_DATES = ("performedDateTime", "performedPeriod", "effectiveDateTime", "effectivePeriod")
_REMEMBERED = frozenset({*_INDEX_ELEMENTS, *_INDEX_CONCEPTS, *_INDEX_DATES})


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of one export: an instant for all types (None: all time) and search parameters by type.

    `since_as_filter`: `_since` is known to be ignored here, so each type is filtered by its last update too.
    """

    since: str | None = None
    windows: Mapping[str, Pairs] = field(default_factory=dict)
    since_as_filter: bool = False

    def of(self, name: str) -> Pairs:
        """What a search of the type asks for the same resources."""
        return [*self.windows.get(name, ()), *self._changed]

    def asked(self, types: Sequence[str]) -> Pairs:
        """The parameters of the kick-off; a filter each, because lists of them are split wrongly by some servers."""
        return [*self.asked_barely(), *(("_typeFilter", f"{name}?{urlencode(self._filter(name), safe=':')}")
                for name in types if self._filter(name))]  # fmt: skip

    def asked_barely(self) -> Pairs:
        """The parameters of the kick-off where filters are refused."""
        return [("_since", self.since)] if self.since else []

    def _filter(self, name: str) -> Pairs:
        return self.of(name) if self.since_as_filter else self.windows.get(name, ())

    @property
    def _changed(self) -> Pairs:
        return changed_since(self.since)


@dataclass(slots=True)
class IndexFinder:
    """Candidate index days of all patients of an export, from what is noted of its resources."""

    index_days: IndexDays
    noted: list[Resource] = field(default_factory=list)

    def note(self, resource: Resource) -> None:
        """Remember what may be an index event, or name the product of one."""
        name = resource.get("resourceType")
        if name == "Medication":
            self.noted.append(resource)
        elif name in patients.INDEX_TYPES:
            self.noted.append({key: value for key, value in resource.items() if key in _REMEMBERED})

    def days(self) -> list[date]:
        """All candidate days in order; none where one of them has no day, or nobody has any: nothing bounds then."""
        found = self.index_days(self.noted)
        if not all(found.values()):
            return []
        return sorted({day for days in found.values() for day in days})


def too_big(client: Client, plan: PullPlan, types: Sequence[str], members: Sequence[str] | None) -> list[str]:
    """Types of which only a window is wanted: those that a search would ask for by date."""
    if members is None:
        return []
    searched = {name for name, _ in plan.roster_searches}
    found = []
    for name in types:
        if plan.types.get(name) is None or name in searched or date_parameter(name) is None:
            continue
        count = count_type(client, name, members)
        if count is not None and count > patients.SMALL_ENOUGH * len(members):
            found.append(name)
    return found


def window_bounds(plan: PullPlan, types: Sequence[str], days: Sequence[date]) -> Bounds:
    """The windows of types around the candidate days of everybody; without days everything is asked for."""
    windows = {}
    for name in types:
        window, parameter = plan.types.get(name), date_parameter(name)
        if window is not None and parameter is not None and days:
            windows[name] = patients.date_pairs(parameter, window, days)
    return Bounds(windows=windows)


def since_bounds(plan: PullPlan, since: str | None, level: str) -> Bounds:
    """What changed since an instant, at a level of export (`system`, `Patient`, `Group`)."""
    return Bounds(since, since_as_filter=level in read_profile(plan.profile).since_by_type_filter)
