"""Patients that must not be landed any more: `landing/forgotten.jsonl`, hashes and counts, no identifiers.

A hash is sha256 over a salt of its own line and the server's id of the Patient: enough to know the patient again when a
roster or an export brings them, not enough to read the id out of the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ehr.errors import LandingFailed
from ehr.landed_files import replace_file

__all__ = ["FORGOTTEN", "ForgottenPatient", "ForgottenPatients", "owner_of"]

FORGOTTEN = "forgotten.jsonl"
_PATIENT_ELEMENTS = ("subject", "patient", "individual", "beneficiary")


@dataclass(frozen=True, slots=True)
class ForgottenPatient:
    """One forgotten Patient: salt and hash of the id, when (UTC text), and how many landed lines went."""

    salt: str
    hash: str
    forgotten_at: str
    lines: int

    def is_of(self, patient_id: str) -> bool:
        """Whether this is the Patient of this id."""
        return hash_of(self.salt, patient_id) == self.hash


@dataclass(slots=True)
class ForgottenPatients:
    """The forgotten Patients of one landing folder. Asking is cheap for whom was asked about before."""

    entries: tuple[ForgottenPatient, ...] = ()
    asked: dict[str, bool] = field(default_factory=dict)

    def has(self, patient_id: str | None) -> bool:
        """Whether a Patient is forgotten; nobody is not."""
        if patient_id is None or not self.entries:
            return False
        if patient_id not in self.asked:
            self.asked[patient_id] = any(entry.is_of(patient_id) for entry in self.entries)
        return self.asked[patient_id]

    def kept(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The lines that are about nobody who is forgotten; as they are where nobody is."""
        if not self.entries:
            yield from lines
            return
        for line in lines:
            resource = parsed(line)
            if resource is None or not self.has(owner_of(resource)):
                yield line


def read_forgotten(landing_root: Path) -> ForgottenPatients:
    """The forgotten Patients of a landing folder.

    Raises:
        LandingFailed: the file is damaged; without it a forgotten patient would be landed again.
    """
    path = landing_root / FORGOTTEN
    if not path.is_file():
        return ForgottenPatients()
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return ForgottenPatients(tuple(ForgottenPatient(**row) for row in rows))
    except (OSError, ValueError, TypeError) as error:
        raise LandingFailed(f"{path} is damaged. Nothing was landed; restore the file from the backup.") from error


def write_forgotten(landing_root: Path, entries: Iterable[ForgottenPatient]) -> None:
    """Replace the list as a whole."""
    text = "".join(json.dumps(asdict(entry), sort_keys=True) + "\n" for entry in entries)
    replace_file(landing_root / FORGOTTEN, text.encode())


def hash_of(salt: str, patient_id: str) -> str:
    """sha256 of salt and id.

    >>> hash_of("a", "1") == hash_of("b", "1")
    False
    """
    return hashlib.sha256(f"{salt}|{patient_id}".encode()).hexdigest()


def parsed(line: bytes) -> dict[str, Any] | None:
    """A line as a resource; None when it is no JSON object."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def owner_of(resource: dict[str, Any]) -> str | None:
    """The id of the Patient that a resource is or is about; None when it names none.

    >>> owner_of({"resourceType": "Condition", "subject": {"reference": "http://ehr/Patient/7/_history/2"}})
    '7'
    """
    if resource.get("resourceType") == "Patient":
        own = resource.get("id")
        return own if isinstance(own, str) else None
    for element in _PATIENT_ELEMENTS:
        reference = resource.get(element)
        text = reference.get("reference") if isinstance(reference, dict) else None
        if isinstance(text, str) and "Patient/" in text:
            return text.partition("Patient/")[2].split("/")[0]
    return None
