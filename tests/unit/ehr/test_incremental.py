"""A second pull asks only for what changed, and never moves a watermark past what it did not prove."""

from __future__ import annotations

import json

import pytest

from ehr.practice.faults import Fault
from ehr.practice.server import running

LATER = "2026-02-20T00:00:00Z"


@pytest.mark.parametrize("roster", ["patients", "search", "all"])
def test_nothing_changed_brings_nothing_but_the_overlap(site, hospital, make, roster):
    newest = [make.resource("Procedure", "last", "p0", updated=LATER, code=make.concept("urn:codes|OTHER"))]
    newest += [make.resource(kind, f"last-{kind}", "p0", updated=LATER) for kind in ("Condition", "Observation")]
    newest += [make.resource("MedicationAdministration", "last-m", "p0", updated=LATER)]
    with running(hospital(make.small_hospital() + newest)) as url:
        first = site.pull_on(url, roster=roster)
        second = site.pull_on(url, roster=roster)
    brought = {name for kind, ids in site.ids(second).items() if kind != "Patient" for name in ids}
    assert first.is_complete
    assert second.is_complete
    assert brought <= {"last", "last-Condition", "last-Observation", "last-m"}


def test_a_changed_version_comes_and_a_new_patient_comes_in_full(site, hospital, make, tmp_path):
    base = make.small_hospital()
    roster = tmp_path / "growing.txt"
    roster.write_text("p0\n")
    with running(hospital(base)) as url:
        site.pull_on(url, roster_file=roster)
    roster.write_text("p0\np1\n")
    changed = make.resource("Observation", "p0-o1", "p0", updated=LATER, status="amended")
    changed["meta"]["versionId"] = "2"
    with running(hospital([*base, changed])) as url:
        receipt = site.pull_on(url, roster_file=roster)
    landed = [json.loads(line) for line in site.landed(receipt)["Observation"]]
    assert [row["status"] for row in landed if row["id"] == "p0-o1"] == ["amended"]
    assert {row["id"] for row in landed if row["subject"]["reference"] == "Patient/p1"} == {"p1-o0", "p1-o1", "p1-o2"}


def test_a_new_index_day_brings_the_windowed_types_in_full(site, hospital, make):
    base = make.small_hospital()
    infused = make.resource(
        "Procedure",
        "late",
        "p3",
        updated=LATER,
        code=make.concept("urn:codes|CART"),
        performedDateTime="2019-06-01",
    )
    with running(hospital(base)) as url:
        site.pull_on(url)
    with running(hospital([*base, infused])) as url:
        receipt = site.pull_on(url)
    assert {"p3-o0", "p3-o1", "p3-o2"} <= site.ids(receipt)["Observation"]


def test_a_unit_that_failed_is_asked_for_in_full_the_next_time(site, hospital):
    folder = hospital()
    fault = Fault(r"GET /fhir/Observation\?patient=p1", times=None, status=500)
    with running(folder, faults=[fault]) as url:
        assert not site.pull_on(url).is_complete
    with running(folder) as url:
        receipt = site.pull_on(url)
    assert receipt.is_complete
    assert {"p1-o0", "p1-o1", "p1-o2"} <= site.ids(receipt)["Observation"]


def test_a_reference_that_failed_is_asked_for_again(site, hospital):
    folder = hospital()
    faults = [Fault(r"Medication\?_id", times=None, status=500), Fault(r"Medication/m1", times=None, status=500)]
    with running(folder, faults=faults) as url:
        first = site.pull_on(url)
    with running(folder) as url:
        second = site.pull_on(url)
    assert first.incomplete_types == {"Medication": 1}
    assert site.ids(second)["Medication"] == {"m1"}


def test_a_deletion_is_learned_from_the_history_of_the_type(site, hospital, make):
    base = make.small_hospital()
    with running(hospital(base)) as url:
        first = site.pull_on(url)
    with running(hospital(base, [("Condition", "p0-c", LATER)])) as url:
        second = site.pull_on(url)
        third = site.pull_on(url)
    assert site.manifest(first)["deletions"] == []
    deletion = {"resource_type": "Condition", "resource_id": "p0-c", "learned_by": "history"}
    assert site.manifest(second)["deletions"] == [deletion]
    assert third.is_complete


def test_a_history_that_failed_is_asked_for_from_the_same_instant(site, hospital, make):
    base = make.small_hospital()
    with running(hospital(base)) as url:
        site.pull_on(url)
    folder = hospital(base, [("Condition", "p0-c", "2026-02-10T00:00:00Z")])
    with running(folder, faults=[Fault("Condition/_history", times=None, status=500)]) as url:
        assert not site.pull_on(url).is_complete
    with running(folder) as url:
        assert site.pull_on(url).deletions == 1


def test_what_was_deleted_and_written_again_is_not_reported_deleted(site, hospital, make):
    base = make.small_hospital()
    again = make.resource("Condition", "p0-c", "p0", updated="2026-02-21T00:00:00Z")
    others = [make.resource("Condition", f"other{number}", "p1", updated=LATER) for number in range(3)]
    with running(hospital(base)) as url:
        site.pull_on(url)
    # One change a page: the deletion stands pages after the version that came later.
    with running(hospital([*base, *others, again], [("Condition", "p0-c", LATER)])) as url:
        second = site.pull_on(url, page_size=1)
    assert site.manifest(second)["deletions"] == []
    row = next(row for row in site.ledger(second) if row["unit"] == "history Condition")
    assert row["received"] == row["server_count"] > 1


def test_a_history_that_falls_short_of_its_own_count_is_not_whole(site, hospital, make):
    base = make.small_hospital()
    with running(hospital(base)) as url:
        site.pull_on(url)
    folder = hospital(base, [("Condition", "p0-c", LATER)])
    fault = Fault("Condition/_history", times=None, drop_entry=1)
    with running(folder, faults=[fault]) as url:
        short = site.pull_on(url)
    with running(folder) as url:
        assert site.pull_on(url).deletions == 1
    assert short.incomplete_types == {"Condition": 1}


def test_other_types_or_codes_start_from_nothing(site, hospital, make):
    with running(hospital()) as url:
        first = site.pull_on(url)
        again = site.pull_on(url, types=make.types | {"Encounter": (-10, 10)})
    assert again.resources == first.resources


def test_a_server_without_last_updated_is_read_in_full_each_time(site, hospital, make):
    bare = [{key: value for key, value in body.items() if key != "meta"} for body in make.small_hospital()]
    with running(hospital(bare)) as url:
        first, second = site.pull_on(url), site.pull_on(url)
    assert first.resources == second.resources


def test_a_window_that_failed_is_asked_for_in_full_though_its_day_is_known_by_then(site, hospital, make):
    # Seen newer than the others, it moves the watermark of the type beyond them.
    newer = make.resource("Observation", "newer", "p1", updated=LATER)
    base = [*make.small_hospital(), newer]
    infused = make.resource(
        "Procedure",
        "late",
        "p0",
        updated=LATER,
        code=make.concept("urn:codes|CART"),
        performedDateTime="2019-06-01",
    )
    fault = Fault(r"GET /fhir/Observation\?patient=p0", times=None, status=500)
    with running(hospital(base)) as url:
        site.pull_on(url)
    with running(hospital([*base, infused]), faults=[fault]) as url:
        assert not site.pull_on(url).is_complete
    with running(hospital([*base, infused])) as url:
        receipt = site.pull_on(url)
    assert {"p0-o0", "p0-o1", "p0-o2"} <= site.ids(receipt)["Observation"]
