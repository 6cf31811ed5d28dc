"""What the practice server says when it says no: a status and an OperationOutcome.

Refused
    the request is turned down; the app answers with its status, issue code and sentence.
"""

from __future__ import annotations

import json

from starlette.responses import Response

FHIR_JSON = "application/fhir+json"


class Refused(Exception):
    """A request the server turns down. Raised by search and routes, turned into an OperationOutcome by the app."""

    def __init__(self, status: int, code: str, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text
        self.headers = headers or {}


def outcome(code: str, text: str) -> bytes:
    """An OperationOutcome with one error."""
    issue = {"severity": "error", "code": code, "diagnostics": text}
    return json.dumps({"resourceType": "OperationOutcome", "issue": [issue]}).encode()


def answer(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A FHIR JSON response."""
    return Response(body, status_code=status, headers=headers, media_type=FHIR_JSON)
