"""What resources point to and no search by patient brings: found here, fetched by id afterwards (ehr/shelf.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ehr.bundles import Resource
from ehr.distinct import Distinct

# (type that points, path of the element) -> type pointed to. A drug hides behind a Medication, a date behind a
# Specimen, a ward behind a Location, an organism and its susceptibilities behind members of members.
POINTERS: dict[str, tuple[tuple[str, str], ...]] = {
    "MedicationAdministration": (("medicationReference", "Medication"), ("context", "Encounter")),
    "MedicationRequest": (("medicationReference", "Medication"), ("encounter", "Encounter")),
    "MedicationDispense": (("medicationReference", "Medication"), ("context", "Encounter")),
    "MedicationStatement": (("medicationReference", "Medication"), ("context", "Encounter")),
    "Observation": (
        ("specimen", "Specimen"),
        ("encounter", "Encounter"),
        ("hasMember", "Observation"),
        ("derivedFrom", "Observation"),
    ),
    "DiagnosticReport": (("specimen", "Specimen"), ("encounter", "Encounter"), ("result", "Observation")),
    "Condition": (("encounter", "Encounter"),),
    "Procedure": (("encounter", "Encounter"),),
    "Specimen": (("parent", "Specimen"),),
    "Encounter": (("location.location", "Location"), ("partOf", "Encounter")),
}
FOLLOWED = ("Observation", "Encounter", "Specimen", "Medication", "Location")
UUID = "urn:uuid:"
# Wanted even where the plan does not name them: each is small, and a name of another type's content.
ALWAYS_WANTED = frozenset({"Medication", "Location"})


@dataclass(slots=True)
class Pointers:
    """Ids pointed to and ids received, by type. Only `targets` are noted: what comes whole anyway need not be.

    Of what was received only hashes are kept: an export brings millions, and all that is asked is what did not come.
    """

    targets: frozenset[str] = frozenset(FOLLOWED)
    wanted: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in FOLLOWED})
    received: dict[str, Distinct] = field(default_factory=lambda: {name: Distinct() for name in FOLLOWED})

    def note(self, resource: Resource) -> None:
        """Take in one received resource."""
        resource_type, resource_id = resource.get("resourceType"), resource.get("id")
        if not self.targets or not isinstance(resource_type, str):
            return
        if resource_type in self.targets and isinstance(resource_id, str):
            self.received[resource_type].add(hash(resource_id))
        for path, target in POINTERS.get(resource_type, ()):
            if target in self.targets and (value := _at(resource, path)) is not None:
                self.wanted[target].update(_target_ids(value, target))

    def settle(self) -> Pointers:
        """What is still missing, and nothing of what is not: the rest need not be remembered any longer."""
        return Pointers(self.targets, {name: set(self.missing(name)) for name in FOLLOWED})

    def add(self, other: Pointers) -> None:
        """Take in what another has noted."""
        for name in FOLLOWED:
            self.wanted[name] |= other.wanted[name]
            self.received[name].add_all(other.received[name])

    def missing(self, resource_type: str) -> list[str]:
        """Ids pointed to that did not come, in order."""
        wanted = sorted(self.wanted[resource_type])
        held = self.received[resource_type].holds([hash(name) for name in wanted]) if wanted else []
        return [name for name, came in zip(wanted, held, strict=True) if not came]


def _at(resource: Mapping[str, Any], path: str) -> object:
    head, _, rest = path.partition(".")
    value = resource.get(head)
    if not rest:
        return value
    return [item.get(rest) for item in value if isinstance(item, dict)] if isinstance(value, list) else None


def _target_ids(value: object, target: str) -> Iterator[str]:
    for reference in value if isinstance(value, list) else [value]:
        text = reference.get("reference") if isinstance(reference, dict) else None
        # Contained (#) and conditional references cannot be fetched by id; a uuid left over from a Bundle has been seen
        # to be the target's id.
        if not isinstance(text, str):
            continue
        if text.startswith(UUID):
            yield text.removeprefix(UUID)
        elif f"{target}/" in text and not text.startswith(("#", "urn:")):
            yield text.rpartition(f"{target}/")[2].partition("/")[0]
