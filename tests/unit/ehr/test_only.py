"""A part fetched again moves no watermark and closes nothing, and a rehearsal lands nothing."""

from __future__ import annotations

import json

import pytest

from ehr import continue_from, pull
from ehr.errors import PlanRefused
from ehr.plan import Only
from ehr.practice.faults import Fault
from ehr.practice.server import running
from ehr.rehearsal import rehearse
from ehr.watermarks import narrowed


def again(site, url, **only):
    plan = narrowed(continue_from(site.plan(url), site.root), Only(**only))
    return pull(plan, site.root, clock=site.clock)


def watermarks(site):
    newest = max(site.root.glob("*/state.json"), key=lambda path: path.parent.name)
    state = json.loads(newest.read_text())
    return {name: known["since"] for name, known in state["patients"].items()}, state["types"]


def test_a_type_is_fetched_again_in_full_and_no_watermark_moves(site, hospital):
    with running(hospital()) as url:
        first = site.pull_on(url)
        before = watermarks(site)
        part = again(site, url, types=frozenset({"Observation"}))
    assert watermarks(site) == before
    assert site.ids(part)["Observation"] == site.ids(first)["Observation"]
    assert {row["resource_type"] for row in site.ledger(part)} <= {"Observation", "Medication"}


def test_patients_are_named_by_a_file(site, hospital, tmp_path):
    named = tmp_path / "one.txt"
    named.write_text("p1\n")
    with running(hospital()) as url:
        site.pull_on(url)
        part = again(site, url, patients_file=named)
        after = site.pull_on(url)
    assert site.ids(part)["Patient"] == {"p1"}
    assert {row["patient_id"] for row in site.ledger(after)} >= {"p0", "p1", "p2", "p3"}


def test_what_was_fetched_only_since_an_instant_completes_no_unit(site, hospital):
    folder = hospital()
    fault = Fault(r"GET /fhir/Observation\?patient=p1", times=None, status=500)
    with running(folder, faults=[fault]) as url:
        assert not site.pull_on(url).is_complete
    with running(folder) as url:
        part = again(site, url, since="2026-02-10T00:00:00Z")
        healed = site.pull_on(url)
    assert not any(row["unit"] == "patient Observation" for row in site.ledger(part))
    assert {"p1-o0", "p1-o1", "p1-o2"} <= site.ids(healed)["Observation"]


def test_a_part_that_failed_is_asked_for_by_the_next_pull(site, hospital):
    folder = hospital()
    with running(folder) as url:
        site.pull_on(url)
    with running(folder, faults=[Fault(r"GET /fhir/Observation\?patient=p1", times=None, status=500)]) as url:
        assert again(site, url, types=frozenset({"Observation"})).incomplete_types == {"Observation": 1}
    with running(folder) as url:
        after = site.pull_on(url)
    row = next(row for row in site.ledger(after) if (row["unit"], row["patient_id"]) == ("patient Observation", "p1"))
    assert row["status"] == "complete"


def test_a_type_that_the_protocol_does_not_ask_for_is_refused(site, hospital):
    with running(hospital()) as url, pytest.raises(PlanRefused, match="Basic"):
        again(site, url, types=frozenset({"Basic"}))


@pytest.mark.parametrize("roster", ["all", "patients"])
def test_a_rehearsal_counts_what_a_pull_brings_and_lands_nothing(site, hospital, roster):
    with running(hospital()) as url:
        plan = site.plan(url, roster=roster)
        found = rehearse(plan)
        assert not site.root.exists()
        receipt = pull(plan, site.root, clock=site.clock)
        second = rehearse(continue_from(plan, site.root))
    counted = {row.resource_type: row.resources for row in found.types}
    landed = {kind: len(ids) for kind, ids in site.ids(receipt).items() if kind in counted}
    # A patient without an infusion is asked for nothing that has a window; the rehearsal cannot know it yet.
    assert landed.items() <= counted.items() or roster == "patients"
    assert found.patients == (None if roster == "all" else 4)
    assert found.requests >= len(counted)
    assert second.new_patients == 0
