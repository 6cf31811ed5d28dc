"""One landed line: what it is called, whether it can be used, and the text as received."""

import hashlib
from typing import Any, NamedTuple

from mappings.patient_reference import PatientReference
from mappings.validation import Reject, parsed, usable_or_reject

Resource = dict[str, Any]
IncomingRow = tuple[str | int | None, ...]

_PATIENT_ELEMENTS = ("subject", "patient", "individual", "beneficiary")


INCOMING_COLUMNS = (
    "landing_file", "line", "resource_type", "resource_id", "version_id", "last_updated", "content_hash", "resource",
    "patient_id", "reject_reason",
)  # fmt: skip


class LandedLine(NamedTuple):
    """A line that is not blank. `resource` is None when it is no JSON; type and id are None when it has none.

    `patient` is how it names its patient, None for a reject.
    """

    landing_file: str
    line: int
    content: bytes
    text: str
    resource: Resource | None
    resource_type: str | None
    resource_id: str | None
    reject_reason: str | None
    patient: PatientReference | None

    @property
    def patient_id(self) -> str | None:
        """The patient that the line is about; None if it names none, so that nobody's record is called incomplete."""
        if self.resource is None:
            return None
        if self.resource_type == "Patient":
            return self.resource_id
        for element in _PATIENT_ELEMENTS:
            reference = _word(self.resource.get(element), "reference")
            if reference and "Patient/" in reference:
                return reference.partition("Patient/")[2].split("/")[0]
        return None

    def incoming_row(self, *, is_dated: bool) -> IncomingRow:
        """The line as a row of the batch that is sorted into raw; only a reject says there whose record it lacks in.

        `is_dated` False: the instant that it was last updated, as the server has it, is not believed.
        """
        meta = self.resource.get("meta") if self.resource else None
        return (
            self.landing_file,
            self.line,
            self.resource_type,
            self.resource_id,
            _word(meta, "versionId"),
            _word(meta, "lastUpdated") if is_dated else None,
            hashlib.sha256(self.content).hexdigest(),
            self.text,
            self.patient_id if self.reject_reason else None,
            self.reject_reason,
        )


def read_line(content: bytes, *, landing_file: str, line: int) -> LandedLine:
    """Read one line; whatever it holds, the result says where it stands and whether it can be used."""
    resource = parsed(content)
    found = usable_or_reject(resource, content)
    return LandedLine(
        landing_file,
        line,
        content,
        content.decode("utf-8", errors="replace"),
        resource,
        _word(resource, "resourceType"),
        _word(resource, "id"),
        found.reason if isinstance(found, Reject) else None,
        None if isinstance(found, Reject) else found,
    )


def _word(element: object, name: str) -> str | None:
    value = element.get(name) if isinstance(element, dict) else None
    return value if isinstance(value, str) and value else None
