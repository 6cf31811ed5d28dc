"""The ledger against a real HAPI as its starter sets it: complete is said of what is all there, of nothing else."""

from __future__ import annotations

import gzip
import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from ehr.plan import PullPlan, PullReceipt
from ehr.sources import continue_from, pull
from flows.context import open_context
from flows.pulling import plan_pull
from tests.flows.conftest import TOKEN
from tests.flows.plain_week import plain_week
from tests.flows.small_ward import ward_home
from tests.servers.hapi.conftest import LoadedHapi
from tests.servers.hapi.hapi_load import transaction
from tests.servers.hapi.token_gate import gate

pytestmark = pytest.mark.hapi
MANY = 2_600


@pytest.fixture(scope="module")
def person(real_hapi: LoadedHapi) -> str:
    """A patient of our own with more Observations than HAPI's starter lets out of one search."""
    name = "many-of-them"
    patient = {"resourceType": "Patient", "id": name, "birthDate": "2002-02-02"}
    rows = [observation(name, number) for number in range(MANY)]
    for batch in ([patient], *(rows[start : start + 500] for start in range(0, MANY, 500))):
        requests.post(real_hapi.base, json=transaction(batch), timeout=120).raise_for_status()
    return name


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


def plan_of(folder: Path, url: str, patients: list[str], **access: Any) -> PullPlan:
    """The plan of a full pull of these patients, every type in all time."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "roster.txt").write_text("\n".join(patients) + "\n", encoding="utf-8")
    config = ward_home(folder, url, **{"server.roster": "patients", "server.roster_file": "roster.txt"})
    plan = plan_pull(open_context(config), full=True)
    assert plan.access is not None
    return replace(plan, types=dict.fromkeys(plan.types), access=replace(plan.access, **access))


def run(plan: PullPlan, folder: Path) -> PullReceipt:
    landing = folder / "landing"
    return pull(continue_from(plan, landing), landing, clock=lambda: datetime.now(UTC), report=lambda event: None)


def landed(folder: Path, receipt: PullReceipt) -> dict[tuple[str, str], dict[str, Any]]:
    """The last version of everything in an ingest, by type and id."""
    found = {}
    for path in sorted((folder / "landing" / receipt.ingest_id).glob("*.ndjson.gz")):
        for line in gzip.decompress(path.read_bytes()).decode("utf-8").splitlines():
            resource = json.loads(line)
            found[resource["resourceType"], resource["id"]] = resource
    return found


def ledger(folder: Path, receipt: PullReceipt) -> dict[tuple[str, str | None], dict[str, Any]]:
    """The rows of an ingest by type and patient."""
    text = (folder / "landing" / receipt.ingest_id / "ledger.jsonl").read_text(encoding="utf-8")
    return {(row["resource_type"], row["patient_id"]): row for row in map(json.loads, text.splitlines())}


def deletions(folder: Path, receipt: PullReceipt) -> set[tuple[str, str]]:
    manifest = json.loads((folder / "landing" / receipt.ingest_id / "manifest.json").read_text(encoding="utf-8"))
    return {(row["resource_type"], row["resource_id"]) for row in manifest["deletions"]}


def owner(resource: dict[str, Any]) -> str:
    return str((resource.get("subject") or resource.get("patient") or {}).get("reference", "")).rpartition("/")[2]


def plain_paging(base: str, patient_id: str) -> int:
    """How many Observations a client gets that follows `next` to its end and believes that this was all."""
    url: str | None = f"{base}/Observation?patient={patient_id}&_count=200"
    came = 0
    while url:
        page = requests.get(url, timeout=60).json()
        came += len(page.get("entry", ()))
        url = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
    return came


def test_every_row_that_says_complete_is_and_with_hapi_all_are(
    real_hapi: LoadedHapi, person: str, tmp_path: Path
) -> None:
    """Paging ends early and without a word: only the counts tell."""
    assert plain_paging(real_hapi.base, person) < MANY, "this server does cut a long search"
    gone = set(real_hapi.deletions)
    refused = {(row.resource_type, row.resource_id) for row in real_hapi.account.refused}
    expected: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (kind, name), versions in real_hapi.records.items():
        if (kind, name) not in gone | refused and kind != "Patient" and owner(versions[-1]):
            expected[kind, owner(versions[-1])].add(name)
    expected["Observation", person] = {f"of-{person}-{number:04d}" for number in range(MANY)}
    people = sorted(name for kind, name in real_hapi.records if kind == "Patient")
    plan = plan_of(tmp_path, real_hapi.base, [*people, person])
    receipt = run(plan, tmp_path)
    came: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (kind, name), resource in landed(tmp_path, receipt).items():
        came[kind, owner(resource)].add(name)
    rows = ledger(tmp_path, receipt)
    said = {key: row["status"] for key, row in rows.items() if key[1] is not None and key[0] != "Patient"}
    truth = {key: "complete" if expected[key] <= came[key] else "incomplete" for key in said}
    assert said == truth
    assert set(said.values()) == {"complete"}, "and none is left incomplete: what is cut is asked for in parts"
    assert len(came["Observation", person]) == MANY
    assert {row["server_count"] for key, row in rows.items() if key == ("Observation", person)} == {MANY}


@contextmanager
def meanwhile(change: Callable[[int], None]) -> Iterator[None]:
    """Run changes one after the other in a thread of its own while the block runs."""
    over = threading.Event()

    def work() -> None:
        number = 0
        while not over.is_set():
            change(number)
            number += 1

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_what_changes_while_pages_are_read_is_there_in_one_pull_or_the_next(
    real_hapi: LoadedHapi, person: str, tmp_path: Path
) -> None:
    changed: list[str] = []

    def change(number: int) -> None:
        row = observation(person, number % MANY, note=[{"text": f"changed {number}"}])
        url = f"{real_hapi.base}/Observation/{row['id']}"
        requests.put(url, json=row, timeout=60).raise_for_status()
        changed.append(row["id"])

    plan = plan_of(tmp_path, real_hapi.base, [person], page_size=20)
    with meanwhile(change):
        first = run(plan, tmp_path)
    assert len(changed) > 5, "something did change while pages were read"
    second = run(plan, tmp_path)
    assert ledger(tmp_path, second)["Observation", person]["status"] == "complete"
    known = {**landed(tmp_path, first), **landed(tmp_path, second)}
    for number in range(MANY):
        name = f"of-{person}-{number:04d}"
        now = requests.get(f"{real_hapi.base}/Observation/{name}", timeout=60).json()
        if ledger(tmp_path, first)["Observation", person]["status"] == "complete":
            assert ("Observation", name) in landed(tmp_path, first)
        assert known["Observation", name]["meta"]["versionId"] == now["meta"]["versionId"], name


def test_a_deletion_is_learned_by_the_next_pull(real_hapi: LoadedHapi, tmp_path: Path) -> None:
    name = "short-lived"
    patient = {"resourceType": "Patient", "id": name, "birthDate": "2003-03-03"}
    requests.post(
        real_hapi.base, json=transaction([patient, observation(name, 1), observation(name, 2)]), timeout=60
    ).raise_for_status()
    plan = plan_of(tmp_path, real_hapi.base, [name])
    first = run(plan, tmp_path)
    assert {("Observation", f"of-{name}-0001"), ("Observation", f"of-{name}-0002")} <= landed(tmp_path, first).keys()
    requests.delete(f"{real_hapi.base}/Observation/of-{name}-0001", timeout=60).raise_for_status()
    second = run(plan, tmp_path)
    assert ("Observation", f"of-{name}-0001") in deletions(tmp_path, second)
    assert ("Observation", f"of-{name}-0002") not in deletions(tmp_path, second)


def test_a_paging_state_that_is_gone_is_asked_for_again(real_hapi: LoadedHapi, person: str, tmp_path: Path) -> None:
    """A restarted HAPI knows no next link of before: it answers 410, as to any made-up one."""
    lost: list[str] = []

    def forget_once(path: str) -> str:
        if "_getpages=" in path and not lost:
            lost.append(path)
            return path.replace("_getpages=", "_getpages=gone-")
        return path

    with gate(real_hapi.base, TOKEN, change=forget_once) as url:
        receipt = run(plan_of(tmp_path, url, [person], page_size=50), tmp_path)
    assert lost
    row = ledger(tmp_path, receipt)["Observation", person]
    assert (row["status"], row["distinct_received"], row["server_count"]) == ("complete", MANY, MANY)
    assert row["attempts"] > 1


def test_a_server_that_goes_away_closes_nothing_and_back_again_gives_all(
    hapi_started, person: str, tmp_path: Path
) -> None:
    patient = {"resourceType": "Patient", "id": "p", "birthDate": "2002-02-02"}
    with hapi_started() as base:
        requests.post(base, json=transaction([patient, observation("p", 1)]), timeout=120).raise_for_status()
        assert run(plan_of(tmp_path, base, ["p"]), tmp_path).is_complete
    config = ward_home(tmp_path, base)
    before = sorted((tmp_path / "landing").iterdir())
    assert plain_week(config) == 2
    assert sorted((tmp_path / "landing").iterdir()) == before
    assert not list((tmp_path / "nadir-data").glob("reports/*"))


def test_a_wrong_token_stops_the_run_and_the_right_one_gets_every_page(
    real_hapi: LoadedHapi, person: str, tmp_path: Path, capsys
) -> None:
    with gate(real_hapi.base, TOKEN) as url:
        config = ward_home(tmp_path, url)
        (tmp_path / "token").write_text("another", encoding="utf-8")
        assert plain_week(config) == 2
        assert "refused our token" in capsys.readouterr().err
        assert not list((tmp_path / "nadir-data").glob("landing/*/manifest.json"))
        receipt = run(plan_of(tmp_path, url, [person]), tmp_path)
    assert ledger(tmp_path, receipt)["Observation", person]["status"] == "complete"
