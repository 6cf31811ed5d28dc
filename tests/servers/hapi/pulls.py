"""Pulls from a server in a test: their plan, what they landed, what their ledger says."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from ehr.plan import PullPlan, PullReceipt
from ehr.sources import continue_from, pull
from flows.context import open_context
from flows.pulling import plan_pull
from tests.flows.small_ward import ward_home
from tests.servers.hapi.hapi_load import ENTRIES_A_BUNDLE, transaction

Row = dict[str, Any]


def observation(patient_id: str, number: int, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"of-{patient_id}-{number:04d}",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]},
        "subject": {"reference": f"Patient/{patient_id}"},
        "effectiveDateTime": f"2018-0{1 + number % 9}-{1 + number % 28:02d}T{number % 24:02d}:{number % 60:02d}:00Z",
        **more,
    }


def person_of(name: str) -> dict[str, Any]:
    """A Patient of our own."""
    return {"resourceType": "Patient", "id": name, "birthDate": "2002-02-02"}


def put(base: str, *resources: dict[str, Any]) -> None:
    """Write resources in the order given, so that what is pointed to comes before what points to it."""
    for start in range(0, len(resources), ENTRIES_A_BUNDLE):
        content = transaction(resources[start : start + ENTRIES_A_BUNDLE])
        requests.post(base, json=content, timeout=120).raise_for_status()


def plan_of(
    folder: Path, url: str, patients: list[str], chosen: dict[str, Any] | None = None, **access: Any
) -> PullPlan:
    """The plan of a full pull of these patients, every type in all time; `chosen` are further settings."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "roster.txt").write_text("\n".join(patients) + "\n", encoding="utf-8")
    whom = {"server.roster": "patients", "server.roster_file": "roster.txt"}
    config = ward_home(folder, url, **{**whom, **(chosen or {})})
    plan = plan_pull(open_context(config), full=True)
    assert plan.access is not None
    return replace(plan, types=dict.fromkeys(plan.types), access=replace(plan.access, **access))


def run(plan: PullPlan, folder: Path, **chosen: Any) -> PullReceipt:
    """A pull that goes on from the ones before in this folder; `chosen` stands in the place of what it would do."""
    landing = folder / "landing"
    going_on = replace(continue_from(plan, landing), **chosen)
    return pull(going_on, landing, clock=lambda: datetime.now(UTC), report=lambda event: None)


def landed(folder: Path, receipt: PullReceipt) -> dict[tuple[str, str], dict[str, Any]]:
    """The last version of everything in an ingest, by type and id."""
    found = {}
    for path in sorted((folder / "landing" / receipt.ingest_id).glob("*.ndjson.gz")):
        for line in gzip.decompress(path.read_bytes()).decode("utf-8").splitlines():
            resource = json.loads(line)
            found[resource["resourceType"], resource["id"]] = resource
    return found


def rows_of(folder: Path, receipt: PullReceipt) -> list[Row]:
    """The ledger of an ingest."""
    text = (folder / "landing" / receipt.ingest_id / "ledger.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def ledger(folder: Path, receipt: PullReceipt) -> dict[tuple[str, str | None], Row]:
    """The rows of an ingest by type and patient; of what was asked of the history there is none."""
    rows = [row for row in rows_of(folder, receipt) if not row["unit"].startswith("history")]
    return {(row["resource_type"], row["patient_id"]): row for row in rows}


def deletions(folder: Path, receipt: PullReceipt) -> set[tuple[str, str]]:
    manifest = json.loads((folder / "landing" / receipt.ingest_id / "manifest.json").read_text(encoding="utf-8"))
    return {(row["resource_type"], row["resource_id"]) for row in manifest["deletions"]}


def owner(resource: dict[str, Any]) -> str:
    return str((resource.get("subject") or resource.get("patient") or {}).get("reference", "")).rpartition("/")[2]
