"""Candidate index events for the crawl: who may have had an infusion, and when, before any store exists.

Liberal on purpose: a candidate too many costs a request, one too few loses a patient. What counts is decided above
`stage`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from mappings.fhir_days import possible_days
from mappings.protocol import Protocol
from mappings.reference_ids import reference_id
from mappings.text_rules import TextRules, read_text_rules
from mappings.value_set_files import Cell
from mappings.value_sets import ValueSets

# Where a resource says what was done: the elements of a Procedure, of an administration and of a Medication.
_CONCEPTS = ("code", "medicationCodeableConcept")
_DATES = ("performedDateTime", "effectiveDateTime")
_PERIODS = ("performedPeriod", "effectivePeriod")
_TEXT_CONCEPTS = ("cart_infusion", "cart_product")


def candidate_index_days(
    resources: Iterable[Mapping[str, Any]], value_sets: ValueSets, time_zone: str | ZoneInfo
) -> dict[str, list[date]]:
    """Possible infusion days by patient id, in order, from Procedures, MedicationAdministrations and their Medications.

    A candidate has a code of `infusions` to include or review, or a text that names an infusion or a product. One
    without a readable day gives its patient an empty list, a partial date the first and the last day that it can mean.
    """
    zone = ZoneInfo(time_zone) if isinstance(time_zone, str) else time_zone
    finder = _Finder(value_sets)
    everything = list(resources)
    products = {
        str(resource.get("id"))
        for resource in everything
        if resource.get("resourceType") == "Medication" and finder.names_infusion(resource)
    }
    days: dict[str, set[date]] = {}
    for resource in everything:
        patient_id = reference_id(resource.get("subject"), "Patient")
        if patient_id is not None and _is_event(resource, finder, products):
            days.setdefault(patient_id, set()).update(_days(resource, zone))
    return {patient_id: sorted(found) for patient_id, found in days.items()}


def roster_searches(protocol: Protocol, value_sets: ValueSets) -> list[tuple[str, list[str]]]:
    """Searches by code that find the roster: per resource type the tokens `system|code`, every spelling of a system.

    A code that stands for all codes below it is searched as it is: a token search has no prefixes.
    """
    tokens: dict[str, dict[str, None]] = {}
    for search in protocol.roster:
        for record in value_sets[search.code_list].records():
            if all(record[column] in values for column, values in search.where.items()):
                for system in _spellings(str(record["system"]), search.resource_type, value_sets):
                    tokens.setdefault(search.resource_type, {})[f"{system}|{record['code']}"] = None
    return [(resource_type, list(found)) for resource_type, found in tokens.items()]


@dataclass(frozen=True)
class _InfusionCode:
    code: str
    is_prefix: bool
    excluded: bool
    needs_text: bool


class _Finder:
    """Says whether the codes or texts of a resource name an infusion."""

    def __init__(self, value_sets: ValueSets) -> None:
        self._rules: TextRules = read_text_rules(value_sets["text_rules"])
        self._aliases = {
            (str(record["alias"]), str(record["resource_type"])): str(record["system"])
            for record in value_sets["code_system_aliases"].records()
        }
        self._codes: dict[str, list[_InfusionCode]] = {}
        for record in value_sets["infusions"].records():
            self._codes.setdefault(str(record["system"]), []).append(_infusion_code(record))
        self._dropped = {
            (record["resource_type"], record["code"])
            for record in value_sets["status_filters"].records()
            if record["element"] == "status" and record["action"] == "drop"
        }

    def is_dropped(self, resource: Mapping[str, Any]) -> bool:
        """Whether its status says that nothing was given."""
        return (resource.get("resourceType"), resource.get("status")) in self._dropped

    def names_infusion(self, resource: Mapping[str, Any]) -> bool:
        """Whether a code or a text names an infusion or a product; an excluded code outweighs a text."""
        hits = [
            found for coding in _codings(resource) for found in self._hits(coding, str(resource.get("resourceType")))
        ]
        if any(not hit.excluded and not hit.needs_text for hit in hits):
            return True
        if any(hit.excluded for hit in hits):
            return False
        return any(self._rules.decide(concept, text).applies for text in _texts(resource) for concept in _TEXT_CONCEPTS)

    def _hits(self, coding: Mapping[str, Any], resource_type: str) -> Iterator[_InfusionCode]:
        system, code = str(coding.get("system", "")).strip(), str(coding.get("code", "")).strip().upper()
        system = self._aliases.get((system, resource_type), self._aliases.get((system, "*"), system))
        for known in self._codes.get(system, ()):
            if code == known.code or (known.is_prefix and code.startswith(known.code)):
                yield known


def _infusion_code(record: Mapping[str, Cell]) -> _InfusionCode:
    return _InfusionCode(
        code=str(record["code"]).upper(),
        is_prefix=record["match"] == "prefix",
        excluded=record["use"] == "exclude",
        needs_text=record["text_required"] is True,
    )


def _is_event(resource: Mapping[str, Any], finder: _Finder, products: set[str]) -> bool:
    if resource.get("resourceType") not in {"Procedure", "MedicationAdministration"} or finder.is_dropped(resource):
        return False
    return reference_id(resource.get("medicationReference"), "Medication") in products or finder.names_infusion(
        resource
    )


def _concepts(resource: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    contained = resource.get("contained")
    for part in [resource, *(contained if isinstance(contained, list) else [])]:
        if isinstance(part, dict):
            yield from (part[key] for key in _CONCEPTS if isinstance(part.get(key), dict))


def _codings(resource: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for concept in _concepts(resource):
        codings = concept.get("coding")
        yield from (coding for coding in codings if isinstance(coding, dict)) if isinstance(codings, list) else ()


def _texts(resource: Mapping[str, Any]) -> Iterator[str]:
    reference = resource.get("medicationReference")
    found = [concept.get("text") for concept in _concepts(resource)]
    found += [coding.get("display") for coding in _codings(resource)]
    found += [reference.get("display") if isinstance(reference, dict) else None]
    yield from (text for text in found if isinstance(text, str))


def _days(resource: Mapping[str, Any], zone: ZoneInfo) -> Iterator[date]:
    texts = [resource.get(key) for key in _DATES]
    for key in _PERIODS:
        period = resource.get(key)
        texts += [period.get("start") or period.get("end")] if isinstance(period, dict) else []
    for text in texts:
        span = possible_days(text, zone) if isinstance(text, str) else None
        if span is not None:
            yield from (span.first_on, span.last_on)


def _spellings(system: str, resource_type: str, value_sets: ValueSets) -> list[str]:
    aliases = [
        str(record["alias"])
        for record in value_sets["code_system_aliases"].records()
        if record["system"] == system and record["resource_type"] in {"*", resource_type}
    ]
    return [system, *aliases]
