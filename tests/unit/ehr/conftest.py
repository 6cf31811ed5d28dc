"""A tiny hospital on loopback, and pulls against it that never really sleep."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ehr import PullPlan, PullReceipt, ServerAccess, continue_from, pull

TOKEN = "practice-token"
CART = "urn:codes|CART"
Resource = dict[str, Any]


@dataclass
class Clock:
    """A clock that goes on by a minute each time it is read."""

    now: datetime = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@dataclass
class Sleeper:
    """Remembers how long it was asked to sleep."""

    seconds: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def resource(resource_type: str, resource_id: str, patient_id: str | None = None, **elements: Any) -> Resource:
    body: Resource = {"resourceType": resource_type, "id": resource_id}
    body["meta"] = {"versionId": "1", "lastUpdated": elements.pop("updated", "2026-02-01T00:00:00Z")}
    if patient_id is not None:
        body["subject"] = {"reference": f"Patient/{patient_id}"}
    return body | elements


def concept(token: str) -> dict[str, Any]:
    system, _, code = token.partition("|")
    return {"coding": [{"system": system, "code": code}]}


def small_hospital(patients: int = 4, observations: int = 3) -> list[Resource]:
    """Patients p0.. with an infusion each (not the last), a Condition, Observations, and a drug by reference."""
    found = [resource("Medication", "m1", code=concept("urn:codes|drug"))]
    for number in range(patients):
        name = f"p{number}"
        found.append(resource("Patient", name, identifier=[{"system": "urn:mrn", "value": f"mrn{number}"}]))
        found.append(resource("Condition", f"{name}-c", name, code=concept("urn:codes|ALL")))
        infused = "CART" if number < patients - 1 else "OTHER"
        found.append(
            resource(
                "Procedure",
                f"{name}-i",
                name,
                status="completed",
                code=concept(f"urn:codes|{infused}"),
                performedDateTime="2019-05-01",
            )
        )
        found.append(
            resource(
                "MedicationAdministration",
                f"{name}-m",
                name,
                status="completed",
                medicationReference={"reference": "Medication/m1"},
                effectiveDateTime="2019-05-03T10:00:00+08:00",
            )
        )
        found += [
            resource(
                "Observation", f"{name}-o{count}", name, status="final", effectiveDateTime=f"2019-05-{count + 1:02}"
            )
            for count in range(observations)
        ]
    return found


def write_hospital(folder: Path, resources: Iterable[Resource], deletions: Iterable[tuple[str, str, str]] = ()) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    by_type: dict[str, list[str]] = {}
    for body in resources:
        by_type.setdefault(body["resourceType"], []).append(json.dumps(body))
    for resource_type, lines in by_type.items():
        (folder / f"{resource_type}.ndjson").write_text("\n".join(lines) + "\n")
    rows = [{"resource_type": kind, "resource_id": name, "deleted_at": at} for kind, name, at in deletions]
    (folder / "deletions.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def index_days(resources: Iterable[Resource]) -> Mapping[str, Sequence[date]]:
    found: dict[str, list[date]] = {}
    for body in resources:
        for coding in body.get("code", {}).get("coding", []):
            if coding["code"] == "CART":
                patient = body["subject"]["reference"].removeprefix("Patient/")
                found.setdefault(patient, []).append(date.fromisoformat(body["performedDateTime"]))
    return found


TYPES = {
    "Patient": None,
    "Condition": None,
    "Procedure": None,
    "MedicationAdministration": (-120, 90),
    "Observation": (-60, 90),
}


@dataclass
class Site:
    """One landing folder and the pulls into it."""

    root: Path
    sleeper: Sleeper = field(default_factory=Sleeper)
    clock: Clock = field(default_factory=Clock)

    def plan(self, url: str, *, token: str | None = None, **changes: Any) -> PullPlan:
        access = ServerAccess(
            url,
            token=(lambda: token) if token else None,
            sleep=self.sleeper,
            page_size=changes.pop("page_size", 500),
        )
        roster = self.root.parent / "roster.txt"
        if not roster.exists():
            roster.write_text("# the unit's patients\np0\np1\np2\np3\n")
        given = {
            "access": access,
            "roster": "patients",
            "roster_file": roster,
            "roster_searches": (("Procedure", (CART,)), ("MedicationAdministration", (CART,))),
            "types": TYPES,
            "index_days": index_days,
        }
        return PullPlan(**(given | changes))

    def pull(self, url: str, **changes: Any) -> PullReceipt:
        return pull(self.plan(url, **changes), self.root, clock=self.clock)

    def pull_on(self, url: str, **changes: Any) -> PullReceipt:
        return pull(continue_from(self.plan(url, **changes), self.root), self.root, clock=self.clock)

    def manifest(self, receipt: PullReceipt) -> dict[str, Any]:
        return json.loads((self.root / receipt.ingest_id / "manifest.json").read_text())

    def ledger(self, receipt: PullReceipt) -> list[dict[str, Any]]:
        lines = (self.root / receipt.ingest_id / "ledger.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def ledger_rows(self) -> list[dict[str, Any]]:
        """The rows of all ledgers."""
        return [json.loads(line) for path in self.root.glob("*/ledger.jsonl") for line in path.read_text().splitlines()]

    def landed(self, receipt: PullReceipt) -> dict[str, list[str]]:
        """Landed lines by type."""
        found: dict[str, list[str]] = {}
        for file in self.manifest(receipt)["files"]:
            with gzip.open(self.root / receipt.ingest_id / file["name"], "rt", newline="\n") as lines:
                found.setdefault(file["resource_type"], []).extend(line.rstrip("\n") for line in lines)
        return found

    def ids(self, receipt: PullReceipt) -> dict[str, set[str]]:
        """Landed ids by type."""
        return {kind: {json.loads(line)["id"] for line in lines} for kind, lines in self.landed(receipt).items()}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "landing")


@pytest.fixture(scope="session")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two patients, of whom the first is infused and in the Group; nobody writes into it."""
    folder = write_hospital(tmp_path_factory.mktemp("ward") / "hospital", small_hospital(2, 3))
    (folder / "roster.txt").write_text("p0\n")
    return folder


@pytest.fixture
def hospital(tmp_path: Path) -> Callable[..., Path]:
    """Writes a hospital folder: `hospital(resources, deletions)`, or the small one."""

    def write(resources: Iterable[Resource] | None = None, deletions: Iterable[tuple[str, str, str]] = ()) -> Path:
        return write_hospital(tmp_path / "hospital", small_hospital() if resources is None else resources, deletions)

    return write


@pytest.fixture
def make() -> Any:
    """The builders of resources, for tests that add their own."""

    class Make:
        resource = staticmethod(resource)
        concept = staticmethod(concept)
        small_hospital = staticmethod(small_hospital)
        types = TYPES
        token = TOKEN

    return Make
