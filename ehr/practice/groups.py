"""The Group of a practice hospital: the patients of its unit, as its roster file lists them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from .hospital import Hospital, read_record

GROUP_ID = "cell-therapy"
ROSTER = "roster.txt"


def listed_patients(folder: Path) -> list[str]:
    """Patient ids of the hospital's roster file; none where there is no file."""
    path = folder / ROSTER
    return path.read_text(encoding="utf-8").split() if path.is_file() else []


def add_group(hospital: Hospital, patient_ids: Sequence[str]) -> Hospital:
    """The hospital with a Group of those listed whom it knows by now; as it is where it has Groups of its own."""
    if not patient_ids or hospital.by_type.get("Group"):
        return hospital
    members = [name for name in patient_ids if ("Patient", name) in hospital.current]
    body = {
        "resourceType": "Group",
        "id": GROUP_ID,
        "type": "person",
        "actual": True,
        "quantity": len(members),
        "member": [{"entity": {"reference": f"Patient/{name}"}} for name in members],
    }
    record = read_record(json.dumps(body).encode())
    key = ("Group", GROUP_ID)
    hospital.versions[key] = [record]
    hospital.current[key] = record
    hospital.by_type["Group"] = [record]
    return hospital
