"""`kill -9` anywhere in a pull: the next one ends with the same versions, and asks only for what was in flight."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import time

import pytest

from ehr.practice.faults import Fault
from ehr.practice.server import running

PAUSE_SECONDS = 0.01
# Each request takes this long, so that a kill finds something in flight.
SLOW = Fault(r"GET", times=None, delay_seconds=PAUSE_SECONDS)


def versions(site):
    """(type, id, version) in all closed ingests: what the store is made of."""
    found = set()
    for path in site.root.glob("*/manifest.json"):
        content = json.loads(path.read_text())
        if content["landed_at"] is not None:
            receipt = type("Receipt", (), {"ingest_id": content["ingest_id"]})
            for kind, lines in site.landed(receipt).items():
                found |= {(kind, body["id"], body["meta"]["versionId"]) for body in map(json.loads, lines)}
    return found


@pytest.fixture
def killed_pull(site):
    """Pulls in a process of its own and kills it after so many seconds; whether it had ended before."""

    def run(url, seconds, **given):
        child = os.fork()
        if child == 0:
            try:
                site.pull_on(url, **given)
            finally:
                os._exit(0)
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    return run


@pytest.fixture(scope="module")
def truths():
    """What an undisturbed pull leaves, by the kind of pull; asked for once."""
    return {}


KINDS = {
    "patients": {"roster": "patients"},
    "types": {"roster": "all"},
    "export": {"roster": "all", "source": "export"},
}


@pytest.mark.parametrize(
    "seed", [*range(10), *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(10, 210))]
)
def test_a_killed_pull_is_finished_by_the_next(site, ward, truths, killed_pull, seed):
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    kind = chance.choice(list(KINDS))
    (site.root.parent / "roster.txt").write_text("p0\np1\n")
    with running(ward, faults=[SLOW]) as url:
        if kind not in truths:
            site.pull(url, **KINDS[kind])
            truths[kind] = versions(site)
            site.root.rename(site.root.parent / "truth")
        killed_pull(url, chance.uniform(0.0, 0.5), **KINDS[kind])
        healed = site.pull_on(url, **KINDS[kind])
    assert healed.is_complete
    assert versions(site) == truths[kind]
    assert not (site.root / "unfinished" / "patients").exists()


def test_a_pull_goes_on_with_the_patients_whose_turn_never_came(site, hospital, killed_pull, tmp_path):
    listed = tmp_path / "many.txt"
    listed.write_text("p0\np1\np2\np3\n")
    hanging = Fault(r"GET /fhir/Patient\?_id=p3", times=None, delay_seconds=5)
    folder = hospital()
    with running(folder, faults=[hanging]) as url:
        assert not killed_pull(url, 1.5, roster_file=listed)
    aside = list((site.root / "unfinished" / "patients").glob("*.json.gz"))
    assert len(aside) == 3
    assert all(path.stat().st_mode & 0o077 == 0 for path in aside)
    # Whoever was finished is not asked for again: their searches would fail here.
    refused = [Fault(rf"(patient|_id)={name}\b", times=None, status=500) for name in ("p0", "p1", "p2")]
    with running(folder, faults=refused) as url:
        healed = site.pull_on(url, roster_file=listed)
    assert healed.is_complete
    assert site.ids(healed)["Patient"] == {"p0", "p1", "p2", "p3"}
    assert {row["ingest_id"] for row in site.ledger(healed)} == {healed.ingest_id}


def test_what_a_killed_pull_brought_is_not_used_for_another_plan(site, hospital, make, killed_pull):
    hanging = Fault(r"GET /fhir/Patient\?_id=p3", times=None, delay_seconds=5)
    folder = hospital()
    with running(folder, faults=[hanging]) as url:
        killed_pull(url, 1.0)
    changed = re.sub("final", "amended", (folder / "Observation.ndjson").read_text())
    (folder / "Observation.ndjson").write_text(changed)
    with running(folder) as url:
        healed = site.pull_on(url, types=make.types | {"Encounter": (-10, 10)})
    assert {json.loads(line)["status"] for line in site.landed(healed)["Observation"]} == {"amended"}


@pytest.fixture
def long_type(hospital, make):
    """Sixty Observations, one a minute, too long to stay in a compressor: `write(changed)` lets some be otherwise."""

    def write(changed=()):
        chance = random.Random(7)  # noqa: S311 - repeatable, not secret
        bodies = {
            f"o{number}": make.resource(
                "Observation",
                f"o{number}",
                "p0",
                updated=f"2026-02-01T00:{number:02}:00Z",
                note=chance.randbytes(2_000).hex(),
            )
            for number in range(60)
        }
        bodies.update({body["id"]: body for body in changed})
        return hospital(
            [make.resource("Patient", "p0"), *(body for body in bodies.values() if body.get("status") != "gone")]
        )

    return write


TYPE_BY_TYPE = {"roster": "all", "types": {"Observation": None}, "page_size": 10}


def killed_in_the_middle(folder, killed_pull, *faults):
    hanging = Fault(r"_page=", nth=5, times=None, delay_seconds=5)
    with running(folder, faults=[hanging, *faults]) as url:
        assert not killed_pull(url, 1.5, **TYPE_BY_TYPE)


def row_of(site, receipt):
    return next(row for row in site.ledger(receipt) if row["unit"] == "type Observation")


def test_a_pull_goes_on_within_a_type(site, long_type, killed_pull):
    folder = long_type()
    killed_in_the_middle(folder, killed_pull)
    with running(folder) as url:
        healed = site.pull_on(url, **TYPE_BY_TYPE)
        # Nothing is left to take up once an ingest has closed.
        again = site.pull(url, **TYPE_BY_TYPE)
    row = row_of(site, healed)
    assert healed.is_complete
    assert re.search(r"^\d+ landed by a pull that was killed$", row["reason"])
    assert row["asked"] < 6
    assert sorted(site.landed(healed)["Observation"]) == sorted(site.landed(again)["Observation"])
    assert (row_of(site, again)["reason"], row_of(site, again)["asked"]) == (None, 6)


def test_what_changed_and_was_deleted_after_the_kill_is_as_without_it(site, long_type, make, killed_pull):
    killed_in_the_middle(long_type(), killed_pull)
    changed = make.resource("Observation", "o3", "p0", updated="2026-02-02T00:00:00Z", status="amended")
    changed["meta"]["versionId"] = "2"
    with running(long_type([changed, {"id": "o4", "status": "gone"}])) as url:
        healed = site.pull_on(url, **TYPE_BY_TYPE)
    row = row_of(site, healed)
    assert healed.is_complete
    assert row["server_count"] == 59
    assert {"amended"} <= {json.loads(line).get("status") for line in site.landed(healed)["Observation"]}
    # The deletion lies after the begin of the killed pull, from where histories are asked for.
    state = json.loads((site.root / healed.ingest_id / "state.json").read_text())
    assert state["history_since"] <= "2026-02-01T23:55:00Z"


def test_lines_out_of_order_are_no_place_to_go_on_from(site, long_type, killed_pull):
    unsorted = Fault(r"_sort", times=None, ignore="_sort")
    folder = long_type()
    lines = (folder / "Observation.ndjson").read_text().splitlines()
    (folder / "Observation.ndjson").write_text("\n".join(reversed(lines)) + "\n")
    killed_in_the_middle(folder, killed_pull, unsorted)
    with running(folder, faults=[unsorted]) as url:
        healed = site.pull_on(url, **TYPE_BY_TYPE)
    assert healed.is_complete
    assert row_of(site, healed)["asked"] == 6
    assert len(site.landed(healed)["Observation"]) == 60
