"""What one pull left open is asked for until it comes, and closed once nobody asks for it any more."""

from __future__ import annotations

import pytest

from ehr.practice.faults import Fault
from ehr.practice.server import running

P0_CONDITIONS = Fault(r"GET /fhir/Condition\?patient=p0", times=None, status=403)
P3_CONDITIONS = Fault(r"GET /fhir/Condition\?patient=p3", times=None, status=403)


@pytest.fixture
def standing(site):
    """Units that are not complete by their newest row, over all ingests: what the store makes of the ledgers."""

    def read():
        rows = sorted(site.ledger_rows(), key=lambda row: row["ingest_id"])
        newest = {(row["unit"], row["resource_type"], row["patient_id"]): row for row in rows}
        return {key: row["reason"] for key, row in newest.items() if row["status"] != "complete"}

    return read


@pytest.fixture
def roster(tmp_path):
    def write(*names):
        path = tmp_path / "changing.txt"
        path.write_text("".join(f"{name}\n" for name in names))
        return path

    return write


def test_a_patient_with_an_infusion_who_left_the_roster_is_asked_for_until_whole(site, hospital, roster, standing):
    folder = hospital()
    with running(folder, faults=[P0_CONDITIONS]) as url:
        site.pull_on(url, roster_file=roster("p0", "p1"))
    with running(folder) as url:
        second = site.pull_on(url, roster_file=roster("p1"))
        third = site.pull_on(url, roster_file=roster("p1"))
    assert not standing()
    assert "p0-c" in site.ids(second)["Condition"]
    assert {row["patient_id"] for row in site.ledger(third)} == {None, "p1"}


def test_what_is_still_refused_stays_missing(site, hospital, roster, standing):
    with running(hospital(), faults=[P0_CONDITIONS]) as url:
        site.pull_on(url, roster_file=roster("p0", "p1"))
        site.pull_on(url, roster_file=roster("p1"))
        third = site.pull_on(url, roster_file=roster("p1"))
    assert standing() == {("patient Condition", "Condition", "p0"): "the server answered 403"}
    assert not third.is_complete


@pytest.mark.parametrize("name", ["p3", "misspelt"])
def test_who_left_the_roster_without_an_infusion_keeps_no_week_incomplete(site, hospital, roster, standing, name):
    with running(hospital(), faults=[P3_CONDITIONS]) as url:
        assert not site.pull_on(url, roster_file=roster(name, "p1")).is_complete
        second = site.pull_on(url, roster_file=roster("p1"))
    assert second.is_complete
    assert not standing()
    closed = [row for row in site.ledger(second) if row["patient_id"] == name]
    assert {(row["asked"], row["received"], row["reason"]) for row in closed} == {(0, 0, "no longer on the roster")}


def test_a_type_that_the_protocol_dropped_is_closed(site, hospital, make, standing):
    with running(hospital(), faults=[P0_CONDITIONS]) as url:
        site.pull_on(url)
        types = {name: window for name, window in make.types.items() if name != "Condition"}
        second = site.pull_on(url, types=types)
    assert second.is_complete
    assert not standing()


def test_what_was_not_begun_before_the_deadline_is_not_closed(site, hospital, standing):
    folder = hospital()
    with running(folder, faults=[Fault(r"GET /fhir/Observation\?patient=p0", times=None, status=403)]) as url:
        site.pull_on(url)
    with running(folder) as url:
        site.pull_on(url, until=site.clock.now)
    assert ("patient Observation", "Observation", "p0") in standing()


def test_a_search_by_type_replaced_by_one_by_patient_is_closed(site, hospital, standing):
    folder = hospital()
    with running(folder, faults=[Fault(r"GET /fhir/Observation\?", times=None, status=403)]) as url:
        site.pull_on(url, roster="all")
    with running(folder) as url:
        site.pull_on(url)
    assert not standing()


def test_a_damaged_file_replaced_by_others_of_its_type_is_closed(site, tmp_path, standing):
    from ehr import PullPlan, pull

    folder = tmp_path / "export"
    folder.mkdir()
    good = '{"resourceType":"Patient","id":"p%d"}\n'
    (folder / "Patient-1.ndjson").write_text(good % 1 + '{"resourceType":"Pat')
    plan = PullPlan(source="folder", folder=folder)
    assert not pull(plan, site.root, clock=site.clock).is_complete
    (folder / "Patient-1.ndjson").rename(folder / "Patient-2.ndjson")
    assert not pull(plan, site.root, clock=site.clock).is_complete
    (folder / "Patient-2.ndjson").write_text(good % 1 + good % 2)
    assert pull(plan, site.root, clock=site.clock).is_complete
    assert not standing()
