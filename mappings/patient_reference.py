"""How a resource of a patient's type names its patient."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any

# The types of R4 whose resources are about a patient, and the element that says which.
PATIENT_ELEMENTS: Mapping[str, str] = dict.fromkeys(
    (
        "AdverseEvent", "CarePlan", "CareTeam", "ClinicalImpression", "Composition", "Condition", "DeviceRequest",
        "DeviceUseStatement", "DiagnosticReport", "DocumentReference", "Encounter", "Flag", "Goal", "ImagingStudy",
        "Media", "MedicationAdministration", "MedicationDispense", "MedicationRequest", "MedicationStatement",
        "Observation", "Procedure", "QuestionnaireResponse", "RiskAssessment", "ServiceRequest", "Specimen",
    ),
    "subject",
) | dict.fromkeys(
    (
        "AllergyIntolerance", "Claim", "DetectedIssue", "EpisodeOfCare", "ExplanationOfBenefit", "FamilyMemberHistory",
        "Immunization", "NutritionOrder",
    ),
    "patient",
)  # fmt: skip

# A Specimen belongs to the patient of the Observation that names it, and the other way round (seen: 305 of 305
# specimens of a CDC feed without subject).
_THROUGH_SPECIMEN = frozenset({"Observation", "DiagnosticReport"})

# A pattern for references that may lead to a patient.
SIGNS_OF_PATIENT = r"Patient/|^urn:|^Patient\?|^#"


class PatientReference(Enum):
    """What a resource says about its patient; the values are the tails of the reasons of findings."""

    NOT_NEEDED = "not_needed"
    NAMED = "named"
    BY_IDENTIFIER = "by_identifier"
    THROUGH_SPECIMEN = "through_specimen"
    OTHER_SUBJECT = "other_subject"
    MISSING = "missing"


def patient_reference(resource_type: str, resource: Mapping[str, Any]) -> PatientReference:
    """How this resource names its patient.

    >>> patient_reference("Condition", {"subject": {"display": "somebody"}}).value
    'missing'
    """
    element = PATIENT_ELEMENTS.get(resource_type)
    if element is None:
        return PatientReference.NOT_NEEDED
    subject = resource.get(element)
    if isinstance(subject, dict):
        reference = subject.get("reference")
        if isinstance(reference, str) and reference.strip():
            return PatientReference.NAMED if _may_be_patient(reference) else PatientReference.OTHER_SUBJECT
        if isinstance(subject.get("identifier"), dict):
            return PatientReference.BY_IDENTIFIER
    if resource_type == "Specimen" or (resource_type in _THROUGH_SPECIMEN and resource.get("specimen")):
        return PatientReference.THROUGH_SPECIMEN
    return PatientReference.MISSING


def _may_be_patient(reference: str) -> bool:
    return re.search(SIGNS_OF_PATIENT, reference) is not None
