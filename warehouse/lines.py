"""One landed line that is read by itself: what it is called, and whether it can be used."""

from typing import Any, NamedTuple

from mappings.validation import Reject, parsed, usable_or_reject

Resource = dict[str, Any]

_PATIENT_ELEMENTS = ("subject", "patient", "individual", "beneficiary")


class LandedLine(NamedTuple):
    """A line that is not blank. `resource` is None when it is no JSON; type and id are None when it has none."""

    resource: Resource | None
    resource_type: str | None
    resource_id: str | None
    reject_reason: str | None

    @property
    def version_id(self) -> str | None:
        """The server's name for the version."""
        return _word(self.resource.get("meta") if self.resource else None, "versionId")

    @property
    def last_updated(self) -> str | None:
        """The server's instant of the version, as text."""
        return _word(self.resource.get("meta") if self.resource else None, "lastUpdated")

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


def read_line(content: bytes) -> LandedLine:
    """Read one line; whatever it holds, the result says whether it can be used."""
    resource = parsed(content)
    found = usable_or_reject(resource, content)
    return LandedLine(
        resource,
        _word(resource, "resourceType"),
        _word(resource, "id"),
        found.reason if isinstance(found, Reject) else None,
    )


def _word(element: object, name: str) -> str | None:
    value = element.get(name) if isinstance(element, dict) else None
    return value if isinstance(value, str) and value else None
