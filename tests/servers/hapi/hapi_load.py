"""Load resources into HAPI version by version, and keep account of what it refused.

HAPI indexes a reference only when its target is there at the time of writing: later it is never found by `?patient=`.
So each round of versions goes in type by type, targets first.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

Resource = dict[str, Any]
Key = tuple[str, str]
TARGETS_FIRST = ("Organization", "Location", "Practitioner", "Patient", "Medication", "Encounter", "Condition",
                 "Procedure", "Specimen", "Observation")  # fmt: skip
ENTRIES_A_BUNDLE = 200
DECOYS = 60


@dataclass(frozen=True, order=True)
class Refusal:
    """A version that HAPI did not take: which (from 0, oldest first), the HTTP status and HAPI's own number."""

    resource_type: str
    resource_id: str
    version: int
    status: int
    code: str


@dataclass
class LoadAccount:
    """What was sent, and what became of it."""

    sent: int = 0
    taken: int = 0
    deleted: int = 0
    refused: list[Refusal] = field(default_factory=list)


def patients_of(folder: Path) -> set[str]:
    """The ninety of the seed study, sixty decoys (first those with a reason of exclusion) and whom they merged with."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["patients"]
    roster = sorted((folder / "roster.txt").read_text(encoding="utf-8").split())
    known = [name for name in roster if name in truth]
    ninety = {name for name in known if truth[name]["in_cohort"]}
    near = [name for name in known if name not in ninety and truth[name]["exclusion_reason"] != "no_infusion"]
    others = [name for name in known if name not in ninety and name not in near]
    chosen = ninety | set((near + others)[:DECOYS])
    for patient in _lines(folder / "Patient.ndjson"):
        linked = {link["other"]["reference"].rpartition("/")[2] for link in patient.get("link", ())}
        if linked & chosen or patient["id"] in chosen:
            chosen |= linked | {patient["id"]}
    return chosen


def records_of(folder: Path, patients: set[str]) -> dict[Key, list[Resource]]:
    """Versions, oldest first, of everything of these patients and of what belongs to nobody."""
    records: dict[Key, list[Resource]] = defaultdict(list)
    for path in sorted(folder.glob("[A-Z]*.ndjson")):
        for resource in _lines(path):
            owner = resource["id"] if path.stem == "Patient" else _owner(resource)
            if owner is None or owner in patients:
                records[path.stem, resource["id"]].append(resource)
    return records


def deletions_of(folder: Path, records: dict[Key, list[Resource]]) -> list[Key]:
    """What of these records the hospital deleted."""
    rows = _lines(folder / "deletions.ndjson")
    return [key for row in rows if (key := (row["resource_type"], row["resource_id"])) in records]


def write_hospital(records: dict[Key, list[Resource]], deletions_from: Path, to: Path) -> None:
    """The same records as a folder of the practice hospital."""
    by_type: dict[str, list[str]] = defaultdict(list)
    for (resource_type, _), versions in records.items():
        by_type[resource_type] += [json.dumps(version, ensure_ascii=False) for version in versions]
    for resource_type, lines in by_type.items():
        (to / f"{resource_type}.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = [row for row in _lines(deletions_from) if (row["resource_type"], row["resource_id"]) in records]
    (to / "deletions.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    patients = sorted(name for kind, name in records if kind == "Patient")
    (to / "roster.txt").write_text("\n".join(patients) + "\n", encoding="utf-8")


def without(records: dict[Key, list[Resource]], refused: Iterable[Refusal]) -> dict[Key, list[Resource]]:
    """The records less the versions that were refused."""
    gone = {((row.resource_type, row.resource_id), row.version) for row in refused}
    kept = {
        key: [version for number, version in enumerate(versions) if (key, number) not in gone]
        for key, versions in records.items()
    }
    return {key: versions for key, versions in kept.items() if versions}


def load(base: str, records: dict[Key, list[Resource]], deletions: Iterable[Key] = ()) -> LoadAccount:
    """Put every version in order, then delete; what HAPI refuses in a Bundle is tried once more alone."""
    account = LoadAccount()
    with requests.Session() as session:
        session.trust_env = False
        for number in range(max((len(versions) for versions in records.values()), default=0)):
            for batch in _batches(records, number):
                account.sent += len(batch)
                if session.post(base, json=transaction(batch), timeout=300).status_code == requests.codes.ok:
                    account.taken += len(batch)
                else:
                    _put_each(session, base, batch, number, account)
        for resource_type, resource_id in deletions:
            session.delete(f"{base}/{resource_type}/{resource_id}", timeout=60).raise_for_status()
            account.deleted += 1
    account.refused.sort()
    return account


def transaction(resources: Iterable[Resource]) -> Resource:
    """A Bundle that puts each resource under its own id."""
    entries = [
        {"resource": body, "request": {"method": "PUT", "url": f"{body['resourceType']}/{body['id']}"}}
        for body in resources
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _batches(records: dict[Key, list[Resource]], number: int) -> Iterator[list[Resource]]:
    by_type: dict[str, list[Resource]] = defaultdict(list)
    for (resource_type, _), versions in records.items():
        if number < len(versions):
            by_type[resource_type].append(versions[number])
    first = [name for name in TARGETS_FIRST if name in by_type]
    for name in [*first, *sorted(by_type.keys() - set(first))]:
        for start in range(0, len(by_type[name]), ENTRIES_A_BUNDLE):
            yield by_type[name][start : start + ENTRIES_A_BUNDLE]


def _put_each(session: requests.Session, base: str, batch: list[Resource], number: int, account: LoadAccount) -> None:
    for body in batch:
        kind, name = body["resourceType"], body["id"]
        answer = session.put(f"{base}/{kind}/{name}", json=body, timeout=60)
        if answer.ok:
            account.taken += 1
        else:
            found = re.search(r"HAPI-\d+", answer.text)
            account.refused.append(Refusal(kind, name, number, answer.status_code, found[0] if found else ""))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def _owner(resource: Resource) -> str | None:
    reference = resource.get("subject") or resource.get("patient") or {}
    text = reference.get("reference", "")
    return text.rpartition("Patient/")[2] if "Patient/" in text else None
