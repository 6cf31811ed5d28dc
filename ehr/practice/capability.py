"""The CapabilityStatement of the practice server: what it offers, said before anyone asks."""

from __future__ import annotations

from typing import Any

from .hospital import DATE_ELEMENTS

RESOURCE_TYPES = (
    "AllergyIntolerance",
    "Condition",
    "Device",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "Group",
    "Immunization",
    "Location",
    "Medication",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Organization",
    "Patient",
    "Practitioner",
    "Procedure",
    "ServiceRequest",
    "Specimen",
)
WITHOUT_PATIENT = frozenset({"Group", "Location", "Medication", "Organization", "Patient", "Practitioner"})


def capability_statement(profile: str, *, secured: bool) -> dict[str, Any]:
    """A FHIR 4.0.1 CapabilityStatement; the us-core profile offers no history of a type."""
    rest: dict[str, Any] = {"mode": "server", "resource": [_resource(name, profile) for name in RESOURCE_TYPES]}
    if secured:
        rest["security"] = {"description": "Every request but this one needs a bearer token."}
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-24",
        "kind": "instance",
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "software": {"name": "Nadir practice hospital"},
        "implementation": {"description": f"Invented patients for practice; profile {profile}"},
        "rest": [rest],
    }


def _resource(resource_type: str, profile: str) -> dict[str, Any]:
    interactions = ["read", "vread", "history-instance", "search-type"]
    if profile == "generic":
        interactions.append("history-type")
    return {
        "type": resource_type,
        "interaction": [{"code": code} for code in interactions],
        "searchParam": [{"name": name, "type": kind} for name, kind in _parameters(resource_type)],
    }


def _parameters(resource_type: str) -> list[tuple[str, str]]:
    named = [("_id", "token"), ("_lastUpdated", "date"), ("status", "token")]
    named += [("identifier", "token")] if resource_type == "Patient" else [("code", "token")]
    if resource_type not in WITHOUT_PATIENT:
        named += [("patient", "reference"), ("subject", "reference")]
    return named + [(name, "date") for name in DATE_ELEMENTS.get(resource_type, {})]
