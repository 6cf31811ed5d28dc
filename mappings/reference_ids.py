"""The id that a reference names, read as the views read it (`getReferenceKey`)."""

import re

_TAIL = r"(?:^urn:uuid:|^urn:oid:|(?:^|/){type}/)([^/?#|]+)(?:/_history/[^/?#|]+)?$"


def reference_id(reference: object, resource_type: str) -> str | None:
    """The id of the resource of that type that a Reference names; None where it names none by id.

    >>> reference_id({"reference": "https://ehr.example/fhir/Patient/p1/_history/2"}, "Patient")
    'p1'
    """
    text = reference.get("reference") if isinstance(reference, dict) else None
    if not isinstance(text, str):
        return None
    match = re.search(_TAIL.replace("{type}", resource_type), text)
    return match[1] if match else None
