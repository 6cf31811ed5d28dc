"""The same by bulk export as by search, at each level, whatever goes wrong on the way."""

from __future__ import annotations

import json

import pytest
import requests

from ehr.errors import PlanRefused
from ehr.practice.faults import Fault
from ehr.practice.server import running

LATER = "2026-02-20T00:00:00Z"
EXPORT = {"source": "export"}
GROUP = EXPORT | {"roster": "group", "group": "cell-therapy"}


@pytest.fixture
def folder(hospital):
    path = hospital()
    (path / "roster.txt").write_text("p0\np1\np2\n")
    return path


def row_of(site, receipt, name):
    return next(row for row in site.ledger(receipt) if row["unit"] == name)


@pytest.mark.parametrize("roster", ["all", "patients", "group"])
def test_an_export_brings_what_a_search_brings(site, folder, roster, tmp_path):
    listed = tmp_path / "three.txt"
    listed.write_text("p0\np1\np2\n")
    given = {"roster": roster, "roster_file": listed, "group": "cell-therapy"}
    with running(folder) as url:
        searched = site.pull(url, **given)
        exported = site.pull(url, **given, source="export")
    assert exported.is_complete
    assert site.landed(exported).keys() == site.landed(searched).keys()
    assert site.ids(exported) == site.ids(searched)
    assert exported.patients == (None if roster == "all" else 3)


def test_a_patient_who_is_not_on_the_roster_is_left_out(site, folder):
    with running(folder) as url:
        receipt = site.pull(url, **GROUP)
    assert "p3" not in site.ids(receipt)["Patient"]
    assert not any("Patient/p3" in line for lines in site.landed(receipt).values() for line in lines)


def test_the_next_export_brings_what_changed_and_what_was_deleted(site, hospital, make):
    base = make.small_hospital()
    changed = make.resource("Observation", "p0-o1", "p0", updated=LATER, status="amended")
    changed["meta"]["versionId"] = "2"
    with running(hospital(base)) as url:
        site.pull_on(url, roster="all", **EXPORT)
    with running(hospital([*base, changed], [("Condition", "p0-c", LATER)]), now=None) as url:
        ask_from_before_the_change(site)
        second = site.pull_on(url, roster="all", **EXPORT)
    assert site.ids(second) == {"Observation": {"p0-o1"}}
    learned = {(row["resource_id"], row["learned_by"]) for row in site.manifest(second)["deletions"]}
    assert ("p0-c", "export") in learned
    assert second.is_complete


def test_a_new_member_is_exported_with_all_that_is_old(site, folder):
    with running(folder) as url:
        site.pull_on(url, **GROUP)
    (folder / "roster.txt").write_text("p0\np1\np2\np3\n")
    with running(folder) as url:
        receipt = site.pull_on(url, **GROUP)
    assert "p3-o0" in site.ids(receipt)["Observation"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(r"export-status", headers=(("Retry-After", "1795333932924"),), status=429),
        Fault(r"export-status", times=2, status=500, body=b'{"resourceType":"OperationOutcome"}'),
        Fault(r"export-status", nth=2, status=200, body=b"<html>please log in</html>"),
        Fault(r"GET /fhir/\$export-status/1", status=404),
        Fault(r"export-file/1/0", status=500),
        Fault(r"export-file/1/0", status=410),
        Fault(r"export-file/1/0", keep_share=0.5),
        Fault(r"export-file/1/1", gzip="damaged"),
        Fault(r"export-file", times=None, gzip="unnamed"),
        Fault(r"export-file", times=None, bom=True, crlf=True, blank_lines=True),
        Fault(r"export-file/1/2", half_line=2),
        Fault(r"export-file/1/2", times=None, half_line=2),
        Fault(r"export-status", times=None, replace=(('"count":', '"lines":'),)),
        Fault(r"export-status", times=None, replace=(('"requiresAccessToken": false, ', ""),)),
        Fault(r"DELETE", times=None, status=404),
        Fault(r"GET /fhir/\$export\?", status=429, headers=(("Retry-After", "Wed, 21 Oct 2065 07:28:00 GMT"),)),
        Fault(r"GET /fhir/\$export\?", times=2, reset=True),
    ],
    ids=lambda fault: fault.pattern if isinstance(fault, Fault) else None,
)
def test_what_goes_wrong_on_the_way_is_made_good(site, folder, fault):
    with running(folder) as url:
        truth = site.ids(site.pull(url, roster="all"))
    with running(folder, faults=[fault]) as url:
        receipt = site.pull(url, roster="all", **EXPORT)
    assert receipt.is_complete
    found = {kind: {json.loads(line)["id"] for line in lines if is_json(line)} for kind, lines in landed(site, receipt)}
    assert found == truth
    assert max(site.sleeper.seconds) <= 300
    assert not (site.root / "export.json").exists()


def landed(site, receipt):
    return site.landed(receipt).items()


def is_json(line):
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def test_a_type_that_the_export_leaves_out_is_searched_for(site, folder):
    left_out = Fault(r"export-status", times=None, replace=(('"type": "Observation"', '"type": "Basic"'),))
    gone = Fault(r"export-file/1/4", times=None, status=200, body=b"")
    with running(folder, faults=[left_out, gone]) as url:
        receipt = site.pull(url, roster="all", **EXPORT)
    assert receipt.is_complete
    reason = row_of(site, receipt, "type Observation")["reason"]
    assert reason.startswith("left out by the export, made good by search; the server counts")
    assert len(site.ids(receipt)["Observation"]) == 12


def test_what_neither_export_nor_search_brings_is_missing(site, folder):
    faults = [
        Fault(r"export-file/1/4", times=None, status=500),
        Fault(r"GET /fhir/Observation\?(?!_summary)", times=None, status=403),
    ]
    with running(folder, faults=faults) as url:
        receipt = site.pull(url, roster="all", **EXPORT)
    row = row_of(site, receipt, "type Observation")
    assert receipt.incomplete_types == {"Observation": 1}
    assert row["reason"].startswith("the server counts 12, 0 came")


def test_an_error_file_is_believed_where_nothing_can_be_counted(site, folder):
    outcome = b'{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception"}]}'
    faults = [
        Fault(
            r"export-status", times=None, replace=(('"error": []', '"error": [{"type":"OperationOutcome","url":"e"}]'),)
        ),
        Fault(r"export-status/e", times=None, status=200, body=outcome),
        Fault(r"GET /fhir/[A-Z]\w+\?", times=None, status=403),
    ]
    with running(folder, faults=faults[1:] + faults[:1]) as url:
        receipt = site.pull(url, roster="all", **EXPORT)
    assert not receipt.is_complete
    assert "the export says: exception" in row_of(site, receipt, "type Observation")["reason"]


def test_a_killed_run_goes_on_with_the_same_job(site, folder):
    began = []
    watch = Fault(r"\$export\?", nth=2, times=None, status=500)
    with running(folder, faults=[watch]) as url:
        # The deadline of the first pull comes before the job is done, as a kill would.
        receipt = site.pull_on(url, roster="all", until=site.clock.now, **EXPORT)
        began.append((site.root / "export.json").exists())
        # A second kick-off is refused here: only the job of the first can bring anything.
        healed = site.pull_on(url, roster="all", **EXPORT)
    assert began == [True]
    assert receipt.units["pending"] == 5
    assert healed.is_complete
    assert not (site.root / "export.json").exists()


def test_a_server_that_does_not_export_is_one_sentence(site, folder):
    refused = Fault(r"\$export", times=None, status=501)
    with running(folder, faults=[refused]) as url, pytest.raises(PlanRefused, match=r"server\.source"):
        site.pull(url, roster="all", **EXPORT)


@pytest.mark.parametrize("roster", ["patients", "group"])
def test_what_belongs_to_nobody_is_not_asked_of_an_export_of_patients(site, folder, make, roster):
    """HAPI refuses the whole export for it; it comes where something points to it, as by search."""
    refused = Fault(r"\$export.*_type=[^&]*Medication(,|%2C|&)", times=None, status=400)
    types = {"Medication": None, **make.types}
    with running(folder, faults=[refused]) as url:
        receipt = site.pull(url, roster=roster, group="cell-therapy", types=types, **EXPORT)
    assert receipt.is_complete
    assert site.ids(receipt)["Medication"] == {"m1"}


def test_a_group_that_cannot_be_read_is_one_sentence(site, folder):
    with running(folder) as url, pytest.raises(PlanRefused, match=r"server\.group"):
        site.pull(url, roster="group", group="nobody")


WINDOWED = EXPORT | {"roster": "patients"}
FILTER = r"\$export\?.*_typeFilter"


@pytest.fixture
def crowded(hospital, make, monkeypatch):
    """So many Observations that a search would ask for them by date: nine in the window, three long before it."""
    monkeypatch.setattr("ehr.patients.SMALL_ENOUGH", 2)
    old = [
        make.resource("Observation", f"old{number}", "p0", status="final", effectiveDateTime="2011-01-01")
        for number in range(3)
    ]
    return hospital([*make.small_hospital(), *old])


def test_an_export_of_much_has_the_window_of_a_search(site, crowded):
    # Filters that are kept: were they ignored, the old ones would come; were they wrong, the others would not.
    with running(crowded) as url:
        receipt = site.pull(url, **WINDOWED)
    row = row_of(site, receipt, "window Observation")
    assert site.ids(receipt)["Observation"] == {f"p{number}-o{count}" for number in range(4) for count in range(3)}
    assert (row["status"], row["reason"]) == ("complete", "asked by date: resources without a date were not asked for")
    assert row["server_count"] == row["distinct_received"] == 12


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault(FILTER, times=None, status=400, body=b'{"resourceType":"OperationOutcome"}'), "refuses _typeFilter"),
        (Fault(FILTER, times=None, ignore="_typeFilter"), "more came than lies within the bounds"),
    ],
    ids=["refused", "ignored"],
)
def test_a_server_without_filters_exports_all_and_the_ledger_says_so(site, crowded, fault, says):
    with running(crowded, faults=[fault]) as url:
        receipt = site.pull(url, **WINDOWED)
    row = row_of(site, receipt, "window Observation")
    assert receipt.is_complete
    assert says in row["reason"]
    assert len(site.ids(receipt)["Observation"]) == row["server_count"] == 15


def test_more_than_the_window_holds_does_not_hide_what_is_missing(site, crowded):
    # All fifteen lines are sent, one of the window under the id of another: fourteen are no proof of these twelve.
    faults = [
        Fault(FILTER, times=None, ignore="_typeFilter"),
        Fault(r"export-file/2/0", times=None, replace=(('"p0-o1"', '"p0-o0"'),)),
        Fault(r"GET /fhir/Observation\?(?!.*_summary)", times=None, status=403),
    ]
    with running(crowded, faults=faults) as url:
        receipt = site.pull(url, **WINDOWED)
    row = row_of(site, receipt, "window Observation")
    assert (row["status"], row["distinct_received"], row["server_count"]) == ("incomplete", 14, 15)


def test_what_a_filter_takes_too_much_of_is_searched_for_within_the_window(site, crowded):
    wrong = Fault(r"export-file/2/0", times=None, status=200, body=b"")
    with running(crowded, faults=[wrong]) as url:
        receipt = site.pull(url, **WINDOWED)
    assert receipt.is_complete
    assert "made good by search" in row_of(site, receipt, "window Observation")["reason"]
    assert not any(name.startswith("old") for name in site.ids(receipt)["Observation"])


def test_a_window_leaves_no_watermark_because_the_next_index_day_moves_it(site, crowded, make):
    with running(crowded) as url:
        first = site.pull_on(url, **WINDOWED)
        again = site.pull_on(url, **WINDOWED)
    assert site.ids(again)["Observation"] == site.ids(first)["Observation"]


def test_where_since_is_ignored_a_filter_asks_for_what_changed(site, hospital, make):
    ignored = Fault(r"Patient/\$export", times=None, ignore="_since")
    changed = make.resource("Observation", "p0-o1", "p0", updated=LATER, status="amended")
    given = WINDOWED | {"profile": "hapi"}
    with running(hospital([*make.small_hospital(), changed]), faults=[ignored]) as url:
        site.pull_on(url, **given)
        ask_from_before_the_change(site)
        receipt = site.pull_on(url, **given)
    assert receipt.is_complete
    assert site.ids(receipt)["Observation"] == {"p0-o1"}


def ask_from_before_the_change(site):
    """The practice server's own clock is today; the next export must ask from before the change."""
    state = next(site.root.glob("*/state.json"))
    content = json.loads(state.read_text())
    content["types"] = dict.fromkeys(content["types"], "2026-02-10T00:00:00Z")
    content["history_since"] = "2026-02-10T00:00:00Z"
    state.write_text(json.dumps(content))


def test_the_job_of_another_plan_is_let_go_before_one_is_begun(site, folder):
    with running(folder) as url:
        site.pull_on(url, roster="all", until=site.clock.now, **EXPORT)
        status_url = json.loads((site.root / "export.json").read_text())["status_url"]
        assert requests.get(status_url, timeout=5).status_code == 202
        receipt = site.pull_on(url, **GROUP)
        assert requests.get(status_url, timeout=5).status_code == 404
    assert receipt.is_complete
