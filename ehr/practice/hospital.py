"""The records of a practice hospital in memory, with the indexes that its server searches by."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from .dates import Span, read_period, read_span

DELETIONS = "deletions.ndjson"

# Element that carries each date search parameter, by type; `date` is understood for every type that has one.
DATE_ELEMENTS: dict[str, dict[str, str]] = {
    "Condition": {"onset-date": "onset", "recorded-date": "recordedDate", "date": "onset"},
    "Procedure": {"date": "performed"},
    "Observation": {"date": "effective"},
    "DiagnosticReport": {"date": "effective", "issued": "issued"},
    "Encounter": {"date": "period"},
    "MedicationAdministration": {"effective-time": "effective", "date": "effective"},
    "MedicationRequest": {"authoredon": "authoredOn", "date": "authoredOn"},
    "MedicationDispense": {"whenhandedover": "whenHandedOver", "date": "whenHandedOver"},
    "MedicationStatement": {"effective": "effective", "date": "effective"},
    "Specimen": {"collected": "collection.collected", "date": "collection.collected"},
    "Immunization": {"date": "occurrence"},
    "Patient": {"birthdate": "birthDate", "death-date": "deceased"},
}


@dataclass(slots=True)
class Record:
    """One version of one resource: its text as stored and what can be searched in it."""

    resource_type: str
    resource_id: str | None
    version_id: str
    body: bytes
    updated_text: str
    updated: Span | None
    patient_ids: tuple[str, ...] = ()
    tokens: frozenset[str] = frozenset()
    identifiers: frozenset[str] = frozenset()
    status: frozenset[str] = frozenset()
    dates: dict[str, Span] = field(default_factory=dict)


@dataclass(slots=True)
class Hospital:
    """Every version of every resource, the current ones indexed by type and by patient."""

    versions: dict[tuple[str, str], list[Record]] = field(default_factory=dict)
    current: dict[tuple[str, str], Record] = field(default_factory=dict)
    by_type: dict[str, list[Record]] = field(default_factory=dict)
    by_patient: dict[tuple[str, str], list[Record]] = field(default_factory=dict)
    deleted: dict[tuple[str, str], str] = field(default_factory=dict)
    nameless: list[Record] = field(default_factory=list)
    deletions: list[tuple[tuple[str, str], str]] = field(default_factory=list)


def load_hospital(folder: Path) -> Hospital:
    """Read a practice hospital folder: ``<Type>.ndjson[.gz]``, versions oldest first, and ``deletions.ndjson``.

    Raises:
        FileNotFoundError: the folder does not exist.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"no practice hospital at {folder}: generate one with `nadir practice generate`")
    archive = Hospital(deletions=list(_deletions(folder / DELETIONS)))
    for line in _lines(folder):
        record = read_record(line)
        if record.resource_id is None:
            archive.nameless.append(record)
        else:
            archive.versions.setdefault((record.resource_type, record.resource_id), []).append(record)
    return hospital_at(archive, None)


def hospital_at(archive: Hospital, now: datetime | None) -> Hospital:
    """What the hospital knows at an instant: no version, deletion or resource of later; None: all there ever was.

    A version without a readable `lastUpdated` was always there.
    """
    limit = now.timestamp() if now else float("inf")
    hospital = Hospital(
        versions={
            key: known
            for key, versions in archive.versions.items()
            if (known := [version for version in versions if _known(version.updated, limit)])
        },
        nameless=[record for record in archive.nameless if _known(record.updated, limit)],
        deletions=[row for row in archive.deletions if _known(read_span(row[1]), limit)],
    )
    hospital.deleted.update(_still_deleted(hospital))
    hospital.current.update(
        {key: versions[-1] for key, versions in hospital.versions.items() if key not in hospital.deleted}
    )
    for record in [*(hospital.current[key] for key in sorted(hospital.current)), *hospital.nameless]:
        hospital.by_type.setdefault(record.resource_type, []).append(record)
        for patient_id in record.patient_ids:
            hospital.by_patient.setdefault((record.resource_type, patient_id), []).append(record)
    return hospital


def _known(updated: Span | None, limit: float) -> bool:
    return updated is None or updated[0] <= limit


def _lines(folder: Path) -> Iterator[bytes]:
    for path in sorted([*folder.glob("*.ndjson"), *folder.glob("*.ndjson.gz")]):
        if path.name == DELETIONS:
            continue
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
            for line in lines:
                if stripped := line.strip():
                    yield stripped


def _deletions(path: Path) -> Iterator[tuple[tuple[str, str], str]]:
    if not path.exists():
        return
    for line in path.read_bytes().splitlines():
        if line.strip():
            row = orjson.loads(line)
            yield (row["resource_type"], row["resource_id"]), row["deleted_at"]


def _still_deleted(hospital: Hospital) -> Iterator[tuple[tuple[str, str], str]]:
    for key, deleted_at in hospital.deletions:
        versions = hospital.versions.get(key, [])
        deleted = read_span(deleted_at)
        # A version written after the deletion brings the resource back, as a PUT does on a real server.
        revived = bool(versions and versions[-1].updated and deleted and versions[-1].updated[0] > deleted[0])
        if not revived:
            yield key, deleted_at


def read_record(body: bytes) -> Record:
    """Read one stored line: text kept as it is, searchable values taken out."""
    resource: dict[str, Any] = orjson.loads(body)
    meta = resource.get("meta") or {}
    resource_type = resource["resourceType"]
    return Record(
        resource_type=resource_type,
        resource_id=resource.get("id"),
        version_id=str(meta.get("versionId", "1")),
        body=body,
        updated_text=meta.get("lastUpdated", ""),
        updated=read_span(meta.get("lastUpdated", "")),
        patient_ids=_patient_ids(resource_type, resource),
        tokens=frozenset(_tokens(resource)),
        identifiers=frozenset(_identifiers(resource)),
        status=frozenset(_status(resource)),
        dates=_dates(resource_type, resource),
    )


def _patient_ids(resource_type: str, resource: dict[str, Any]) -> tuple[str, ...]:
    if resource_type == "Patient":
        return ()
    found = []
    for element in ("subject", "patient"):
        reference = (resource.get(element) or {}).get("reference")
        if isinstance(reference, str) and "Patient/" in reference:
            found.append(reference.rpartition("Patient/")[2].partition("/")[0])
    return tuple(found)


def _tokens(resource: dict[str, Any]) -> Iterator[str]:
    element = "type" if resource["resourceType"] == "Specimen" else "code"
    for concept in (resource.get(element), resource.get("medicationCodeableConcept")):
        if not isinstance(concept, dict):
            continue
        for coding in concept.get("coding") or ():
            code = coding.get("code")
            if code is not None:
                yield code
                yield f"{coding.get('system', '')}|{code}"


def _identifiers(resource: dict[str, Any]) -> Iterator[str]:
    listed = resource.get("identifier")
    for identifier in listed if isinstance(listed, list) else ():
        value = identifier.get("value")
        if value is not None:
            yield value
            yield f"{identifier.get('system', '')}|{value}"


def _status(resource: dict[str, Any]) -> Iterator[str]:
    if isinstance(resource.get("status"), str):
        yield resource["status"]


def _dates(resource_type: str, resource: dict[str, Any]) -> dict[str, Span]:
    spans: dict[str, Span] = {}
    for parameter, path in DATE_ELEMENTS.get(resource_type, {}).items():
        holder, _, name = path.rpartition(".")
        span = _span_of(resource.get(holder) or {} if holder else resource, name)
        if span is not None:
            spans[parameter] = span
    return spans


def _span_of(holder: dict[str, Any], name: str) -> Span | None:
    for suffix in ("", "DateTime", "Instant"):
        value = holder.get(name + suffix)
        if isinstance(value, str):
            return read_span(value)
    period = holder.get(name if name == "period" else f"{name}Period")
    if isinstance(period, dict):
        return read_period(period.get("start"), period.get("end"))
    return None
