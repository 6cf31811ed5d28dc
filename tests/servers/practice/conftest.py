"""A small hospital folder and a session that talks to its server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from ehr.practice.server import running


def line(resource_type, resource_id, **elements):
    body = {"resourceType": resource_type}
    if resource_id is not None:
        body["id"] = resource_id
    meta = {"versionId": elements.pop("version", "1"), "lastUpdated": elements.pop("updated", "2026-02-01T00:00:00Z")}
    return json.dumps(body | {"meta": meta} | elements)


def of(patient_id):
    return {"reference": f"Patient/{patient_id}"}


def coded(*tokens):
    return {"coding": [dict(zip(("system", "code"), token.split("|"), strict=True)) for token in tokens]}


NAMELESS = '{"resourceType":"Observation","subject":{"reference":"Patient/p1"},"status":"final"}'
MODIFIED = (
    '{"resourceType":"Condition","id":"modified","subject":{"reference":"Patient/p1"},'
    '"modifierExtension":[{"url":"urn:unknown","valueBoolean":true}]}'
)


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("hospital")
    files = {
        "Patient": [
            line("Patient", "p1", identifier=[{"system": "urn:mrn", "value": "1"}]),
            line("Patient", "p2"),
        ],
        "Observation": [
            line("Observation", "year", subject=of("p1"), effectiveDateTime="2019", status="final"),
            line("Observation", "day", subject=of("p1"), effectiveDateTime="2019-05-02", status="final"),
            line(
                "Observation",
                "hour",
                subject=of("p2"),
                effectiveDateTime="2019-05-02T07:00:00+08:00",
                status="amended",
                code=coded("urn:a|x", "urn:b|y"),
            ),
            line("Observation", "undated", subject=of("p2"), code=coded("urn:b|z"), updated="2026-02-03T00:00:00Z"),
            NAMELESS,
        ],
        "Condition": [MODIFIED],
        "Procedure": [
            line("Procedure", "twice", subject=of("p1"), status="in-progress"),
            line(
                "Procedure", "twice", version="2", updated="2026-02-02T00:00:00Z", subject=of("p1"), status="completed"
            ),
            line("Procedure", "deleted", subject=of("p1")),
        ],
        "Encounter": [line("Encounter", "open", subject=of("p1"), period={"start": "2019-05-01"})],
        "MedicationAdministration": [
            line("MedicationAdministration", "m", subject=of("p1"), effectiveDateTime="2019-05-03")
        ],
    }
    for name, lines in files.items():
        (path / f"{name}.ndjson").write_text("\n".join(lines) + "\n")
    row = {"resource_type": "Procedure", "resource_id": "deleted", "deleted_at": "2026-02-04T00:00:00Z"}
    (path / "deletions.ndjson").write_text(json.dumps(row) + "\n")
    return path


class Caller:
    """GET and POST against one server, returning status, headers and body."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.trust_env = False

    def get(self, path: str, **options):
        url = path if path.startswith("http") else f"{self.base}/{path}"
        return self.session.get(url, timeout=10, **options)

    def post(self, path: str, body: str):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.session.post(f"{self.base}/{path}", data=body, headers=headers, timeout=10)

    def ids(self, path: str) -> list[str | None]:
        return [entry["resource"].get("id") for entry in self.get(path).json().get("entry", [])]


@pytest.fixture(scope="session")
def caller(folder) -> Iterator[Caller]:
    with running(folder) as base:
        found = Caller(base)
        yield found
        found.session.close()


@pytest.fixture
def call():
    """Makes a caller for a server that the test starts itself."""
    made: list[Caller] = []

    def make(base: str) -> Caller:
        made.append(Caller(base))
        return made[-1]

    yield make
    for each in made:
        each.session.close()
