"""Whatever happens between two pulls of a server without history: what is held is what it has, or it is said."""

from __future__ import annotations

import gzip
import json
import random

import pytest

from ehr.practice.faults import Fault
from ehr.practice.server import running


@pytest.mark.parametrize("seed", [*range(2), *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(2, 60))])
def test_whatever_happens_between_pulls_what_is_held_is_what_the_server_has(site, hospital, make, seed):
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    given = {"profile": chance.choice(["generic", "epic"]), "page_size": chance.choice([2, 500])}
    now = {(body["resourceType"], body["id"]): body for body in make.small_hospital(3)}
    gone = []
    for number in range(4):
        day = f"2026-02-{2 + number:02}T00:00:00Z"
        faults = [] if chance.random() < 0.6 else [chance.choice(KINDS)]
        with running(hospital(now.values(), gone), profile="us-core", faults=faults) as url:
            receipt = site.pull_on(url, roster_file=three(site), **given)
        have, truth = held_now(site), {key for key in now if is_asked_for(key)}
        assert have == truth or not receipt.is_complete
        missing = {kind for kind, _ in have ^ truth}
        assert missing <= receipt.incomplete_types.keys()
        change(chance, now, gone, make, number, day)


KINDS = [
    Fault(r"Observation/", times=None, status=500),
    Fault(r"_summary=count", times=None, status=400),
    Fault(r"_elements", times=None, status=400),
    Fault(r"=p0,p1", times=None, status=500),
    Fault(r"Condition\?patient=p1", times=None, status=500),
]


def three(site):
    path = site.root.parent / "three.txt"
    path.write_text("p0\np1\np2\n")
    return path


def is_asked_for(key):
    # The last of three has no infusion: what is asked for around it is not asked for.
    return key[0] == "Condition" or (key[0] == "Observation" and not key[1].startswith("p2"))


def held_now(site):
    """(type, id) of what was landed and not taken back, as a store that knows all of it has them."""
    found = set()
    for path in sorted(site.root.glob("*/manifest.json")):
        manifest = json.loads(path.read_text())
        for file in manifest["files"]:
            with gzip.open(path.parent / file["name"], "rt") as lines:
                found |= {(body["resourceType"], body["id"]) for body in map(json.loads, lines)}
        found -= {(row["resource_type"], row["resource_id"]) for row in manifest["deletions"]}
    return {key for key in found if is_asked_for(key)}


def change(chance, now, gone, make, number, day):
    """A few resources go, a few come, and one changes hands, all in the same second."""
    asked = sorted(key for key in now if is_asked_for(key))
    for key in chance.sample(asked, chance.randint(0, 3)):
        gone.append((*key, day))
        del now[key]
    for count in range(chance.randint(0, 3)):
        kind, who = chance.choice(["Observation", "Condition"]), chance.choice(["p0", "p1"])
        name = f"{who}-{number}-{count}"
        now[kind, name] = make.resource(kind, name, who, updated=day, effectiveDateTime="2019-05-02")
    conditions = sorted(key for key in now if key[0] == "Condition")
    if not conditions:
        return
    moved = chance.choice(conditions)
    other = {"reference": f"Patient/{chance.choice(['p0', 'p1', 'p2'])}"}
    now[moved] = now[moved] | {"subject": other, "meta": {"versionId": f"{number + 2}", "lastUpdated": day}}
