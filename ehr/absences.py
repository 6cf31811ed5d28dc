"""What was held of a server before a pull, and what of it the pull did not bring.

Of a unit that came in full, whatever was held and did not come is absent. Of a unit of which only changes came it is
not known yet: how many are held now must equal what the server counts (ehr/comparison.py asks).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from ehr.bundles import Resource
from ehr.forgotten import owner_of
from ehr.held import Held, Unit
from ehr.patients import PatientHarvest


@dataclass(slots=True)
class Absences:
    """`held` grows with what comes. `lacking` are the absent ids of units that came in full; `counted` says how many
    are held now of units of which changes came, by type and patient (None: of everyone)."""

    held: Held
    lacking: dict[str, dict[str | None, set[str]]] = field(default_factory=dict)
    counted: dict[str, dict[str | None, int]] = field(default_factory=dict)
    fresh: dict[Unit, set[str]] = field(default_factory=dict)

    def take(self, harvest: PatientHarvest, *, whole_only: bool) -> None:
        """Take in what one patient brought; `whole_only` leaves out the units of which changes came."""
        proved = {
            row.resource_type for row in harvest.rows if row.status == "complete" and row.unit.startswith("patient ")
        }
        patient_id = harvest.patient_id
        for name in sorted(harvest.ids.keys() | harvest.asked_for_all.keys()):
            before, came = self.held.ids(name, patient_id), harvest.ids.get(name, set())
            self.held.put(name, patient_id, before | came)
            if not before or name not in proved or name not in harvest.asked_for_all:
                continue
            if harvest.asked_for_all[name]:
                self.lacking.setdefault(name, {})[patient_id] = before - came
            elif not whole_only:
                self.counted.setdefault(name, {})[patient_id] = len(before | came)

    def note(self, resource: Resource) -> None:
        """Take in one resource that came in another way: by reference, by export, or with everyone's."""
        name, resource_id = resource.get("resourceType"), resource.get("id")
        if isinstance(name, str) and isinstance(resource_id, str):
            # setdefault, because types are crawled at the same time; no two threads note the same one.
            self.fresh.setdefault((name, owner_of(resource)), set()).add(resource_id)

    def count(self, types: Iterable[str], members: Collection[str] | None) -> None:
        """Of types that came without a patient being asked for, note how many are held now of these patients (None: of
        everyone)."""
        for name in types:
            before = self.held.owners(name)
            if members is not None:
                self.counted[name] = {who: len(self.now(name, who)) for who in before if who in members}
            elif before:
                self.counted[name] = {None: len(self.everything(name))}

    def now(self, resource_type: str, patient_id: str | None) -> set[str]:
        """What is held of one patient and type, with what came now."""
        return self.held.ids(resource_type, patient_id) | self.fresh.get((resource_type, patient_id), set())

    def everything(self, resource_type: str) -> set[str]:
        """All ids of a type, whoever they are about, with what came now."""
        return self.held.of_all(resource_type).union(*self._fresh_of(resource_type))

    def apart(self, resource_type: str, owners: Iterable[str | None]) -> set[str]:
        """Held ids of these patients (None: of nobody) that did not come now by reference."""
        held = set().union(*(self.held.ids(resource_type, owner) for owner in owners))
        return held.difference(*self._fresh_of(resource_type))

    def settle(self, gone: Iterable[tuple[str, str]]) -> None:
        """Hold from now on what came, and no longer what is gone (type and id)."""
        for (name, owner), ids in self.fresh.items():
            self.held.put(name, owner, self.held.ids(name, owner) | ids)
        self.fresh.clear()
        lost: dict[str, set[str]] = {}
        for name, resource_id in gone:
            lost.setdefault(name, set()).add(resource_id)
        for name, ids in lost.items():
            for owner in self.held.owners(name):
                self.held.drop(name, owner, ids)

    def _fresh_of(self, resource_type: str) -> list[set[str]]:
        return [ids for (name, _), ids in self.fresh.items() if name == resource_type]
