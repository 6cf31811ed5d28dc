"""One landed line: what it is called, whether it can be used, and the text as received."""

import hashlib
from typing import Any, NamedTuple

from mappings.validation import parsed, reject_of

Resource = dict[str, Any]
IncomingRow = tuple[str | int | None, ...]

_PATIENT_ELEMENTS = ("subject", "patient", "individual", "beneficiary")


class LandedLine(NamedTuple):
    """A line that is not blank. `resource` is None when it is no JSON; `patient_id` None when it names none."""

    landing_file: str
    line: int
    text: str
    resource: Resource | None
    reject_reason: str | None

    @property
    def resource_type(self) -> str | None:
        """Its resourceType; None if it has none."""
        return _word(self.resource, "resourceType")

    @property
    def resource_id(self) -> str | None:
        """The server's id; None if it has none."""
        return _word(self.resource, "id")

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

    def incoming_row(self) -> IncomingRow:
        """The line as a row of the batch that is sorted into raw."""
        meta = self.resource.get("meta") if self.resource else None
        return (
            self.landing_file,
            self.line,
            self.resource_type,
            self.resource_id,
            _word(meta, "versionId"),
            _word(meta, "lastUpdated"),
            hashlib.sha256(self.text.encode()).hexdigest(),
            self.text,
            self.patient_id,
            self.reject_reason,
        )


def read_line(content: bytes, *, landing_file: str, line: int) -> LandedLine:
    """Read one line; whatever it holds, the result says where it stands and whether it can be used."""
    resource = parsed(content)
    reject = reject_of(resource, content)
    text = content.decode("utf-8", errors="replace")
    return LandedLine(landing_file, line, text, resource, reject.reason if reject else None)


def _word(element: object, name: str) -> str | None:
    value = element.get(name) if isinstance(element, dict) else None
    return value if isinstance(value, str) and value else None
