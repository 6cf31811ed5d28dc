"""Two outcomes for a line that arrived (contracts 5): a reject cannot be used at all; all else is used, with findings.

`fhir.resources` (R4B) judges the shape of a resource and never decides alone: it refuses a positive blood culture for a
trailing space in a code (field notes 0). Findings carry path and kind of fault, never a value.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from fhir.resources.R4B import get_fhir_model_class
from pydantic import BaseModel, ValidationError

from mappings.patient_reference import PATIENT_ELEMENTS, PatientReference, patient_reference

# Ways of naming the patient that nobody needs to hear of.
QUIET = frozenset({PatientReference.NAMED, PatientReference.NOT_NEEDED})
_ROOT = "(root)"
_ELEMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


@dataclass(frozen=True, order=True)
class Finding:
    """What is wrong and where: `path` in dots, list positions as numbers; `reason` a fixed key, never a value."""

    path: str
    reason: str


@dataclass(frozen=True)
class Reject:
    """Why a line cannot be used: `not_json`, `no_resource_type`, `no_id`, `modifier_extension` or `no_patient`.

    Type and id are None where the line does not say them.
    """

    reason: str
    resource_type: str | None = None
    resource_id: str | None = None


def reject_reason(raw: bytes) -> Reject | None:
    """Why this line cannot be used at all; None where it can.

    >>> reject_reason(b'{"resourceType": "Patient"}').reason
    'no_id'
    """
    return reject_of(parsed(raw), raw)


def reject_of(resource: dict[str, Any] | None, raw: bytes) -> Reject | None:
    """The same for a line that is `parsed` already."""
    found = usable_or_reject(resource, raw)
    return found if isinstance(found, Reject) else None


def usable_or_reject(resource: dict[str, Any] | None, raw: bytes) -> PatientReference | Reject:
    """Why a line that is `parsed` cannot be used at all, or how it names its patient."""
    if resource is None:
        return Reject("not_json")
    resource_type, resource_id = _text(resource, "resourceType"), _text(resource, "id")
    if resource_type is None:
        return Reject("no_resource_type", None, resource_id)
    if resource_id is None:
        return Reject("no_id", resource_type)
    # No modifierExtension is known to us, and an unknown one can turn what the resource says into its opposite.
    if b'"modifierExtension"' in raw and any(_modifier_extensions(resource)):
        return Reject("modifier_extension", resource_type, resource_id)
    patient = patient_reference(resource_type, resource)
    if patient is PatientReference.MISSING:
        return Reject("no_patient", resource_type, resource_id)
    return patient


def judge(resource_type: str, raw: bytes | dict[str, Any]) -> tuple[Finding, ...]:
    """What the R4B model of the type, and our own rules, object to; in order, without repetition.

    The line must not be a reject. A type that FHIR R4B does not have gives one finding.
    """
    resource = parsed(raw) if isinstance(raw, bytes) else raw
    if resource is None:
        return (Finding(_ROOT, "not_json"),)
    ruled = rule_findings(resource_type, patient_reference(resource_type, resource))
    return tuple(sorted({*model_findings(resource_type, resource), *ruled}))


def model_findings(resource_type: str, resource: dict[str, Any]) -> list[Finding]:
    """What the R4B model of the type objects to; a type that FHIR R4B does not have gives one finding."""
    model = _model(resource_type)
    if model is None:
        return [Finding("resourceType", "unknown_type")]
    try:
        model.model_validate(resource)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        return [Finding(_path(fault["loc"]), fault["type"]) for fault in faults]
    except KeyError:
        # fhir.resources looks up the model of a contained resource by its name and lets the failure through.
        return [Finding("contained", "unknown_type")]
    except (TypeError, AttributeError):
        # So it does where a number or an object stands for an url, a resourceType or a primitive extension.
        return [Finding(_ROOT, "model_failed")]
    return []


def rule_findings(resource_type: str, patient: PatientReference) -> list[Finding]:
    """What our own rules object to: a patient that is named in another way than by reference."""
    return [] if patient in QUIET else [Finding(PATIENT_ELEMENTS[resource_type], f"patient_{patient.value}")]


@cache
def _model(resource_type: str) -> type[BaseModel] | None:
    try:
        model: type[BaseModel] = get_fhir_model_class(resource_type)
    except (KeyError, ValueError):
        return None
    return model


def _path(location: tuple[int | str, ...]) -> str:
    # A key that is no element name came from the sender and could hold anything.
    parts = [str(part) for part in location]
    return ".".join(part if part.isdecimal() or _ELEMENT_NAME.fullmatch(part) else "?" for part in parts) or _ROOT


def parsed(raw: bytes) -> dict[str, Any] | None:
    """The resource of a line; None for no JSON, empty for JSON that is no object."""
    try:
        resource = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return resource if isinstance(resource, dict) else {}


def _text(resource: dict[str, Any], key: str) -> str | None:
    value = resource.get(key)
    return value if isinstance(value, str) and value.strip() else None


def _modifier_extensions(part: object) -> Iterator[object]:
    if isinstance(part, list):
        for inner in part:
            yield from _modifier_extensions(inner)
    elif isinstance(part, dict):
        yield part.get("modifierExtension")
        for inner in part.values():
            yield from _modifier_extensions(inner)
