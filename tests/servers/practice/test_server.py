"""The practice server answers as a FHIR R4 server does, and refuses as one does."""

from __future__ import annotations

import doctest

import pytest
import requests

import ehr.practice.dates
from ehr.practice.faults import Fault
from ehr.practice.server import running


def test_metadata_is_open_and_says_r4(folder, call):
    with running(folder, token="t") as base:
        statement = call(base).get("metadata").json()
    assert (statement["resourceType"], statement["fhirVersion"]) == ("CapabilityStatement", "4.0.1")


def test_without_the_token_nothing_else_is_open(folder, call):
    with running(folder, token="t") as base:
        refused = call(base).get("Patient/p1")
        admitted = call(base).get("Patient/p1", headers={"Authorization": "Bearer t"})
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert refused.json()["resourceType"] == "OperationOutcome"
    assert admitted.json()["id"] == "p1"


def test_read_gives_the_newest_version_and_vread_an_old_one(caller):
    assert caller.get("Procedure/twice").json()["status"] == "completed"
    assert caller.get("Procedure/twice/_history/1").json()["status"] == "in-progress"
    assert len(caller.get("Procedure/twice/_history").json()["entry"]) == 2


def test_a_deleted_resource_is_gone_and_an_unknown_one_was_never_there(caller):
    assert caller.get("Procedure/deleted").status_code == 410
    assert caller.get("Procedure/never").status_code == 404
    assert caller.get("Nonsense/1").status_code == 404
    assert caller.ids("Procedure?patient=p1") == ["twice"]


def test_resources_that_nobody_can_use_are_served_as_stored(caller):
    text = caller.get("Observation?patient=p1&_count=50").text
    assert '"resource":{"resourceType":"Observation","subject":{"reference":"Patient/p1"},"status":"final"}' in text
    assert '"modifierExtension":[{"url":"urn:unknown","valueBoolean":true}]' in caller.get("Condition/modified").text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("date=2019", {"year", "day", "hour"}),
        ("date=2019-05-02", {"day", "hour"}),
        ("date=ge2019-05-02", {"year", "day", "hour"}),
        ("date=gt2019-05-02", {"year"}),
        ("date=lt2019-05-02", {"year"}),
        ("date=sa2019-05-01", {"day", "hour"}),
        ("date=eb2019-05-03", {"day", "hour"}),
        ("date=ge2019-05&date=le2019-05-02", {"year", "day", "hour"}),
        ("code=y", {"hour"}),
        ("code=urn:b|y,urn:b|z", {"hour", "undated"}),
        ("code=urn:a|z", set()),
        ("status=amended", {"hour"}),
        ("_id=day,undated", {"day", "undated"}),
        ("_lastUpdated=ge2026-02-02", {"undated"}),
        ("patient=p2", {"hour", "undated"}),
        ("subject=Patient/p2", {"hour", "undated"}),
    ],
)
def test_search_finds(caller, query, found):
    assert set(caller.ids(f"Observation?{query}&_count=50")) - {None} == found


@pytest.mark.parametrize(
    "path",
    [
        "Encounter?patient=p1&date=ge2024",
        "MedicationAdministration?patient=p1&effective-time=2019-05",
        "MedicationAdministration?patient=p1&date=2019-05-03",
        "Patient?identifier=urn:mrn|1",
    ],
)
def test_each_type_has_its_own_parameters(caller, path):
    assert len(caller.ids(path)) == 1


def test_a_count_comes_without_entries(caller):
    bundle = caller.get("Observation?_summary=count").json()
    assert (bundle["total"], "entry" in bundle) == (5, False)


def test_sorting_by_last_update_and_id(caller):
    assert caller.ids("Observation?_sort=-_lastUpdated&_count=1") == ["undated"]
    assert caller.ids("Patient?_sort=-_id") == ["p2", "p1"]


def test_post_search_reads_the_form(caller):
    bundle = caller.post("Observation/_search", "patient=p2&_count=1").json()
    assert bundle["total"] == 2
    assert len(bundle["entry"]) == 1


def test_next_links_lead_through_everything_once(caller):
    url, seen = "Observation?_sort=_id&_count=2", []
    while url:
        bundle = caller.get(url).json()
        seen += [entry["resource"].get("id") for entry in bundle["entry"]]
        url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), None)
    assert seen == [None, "day", "hour", "undated", "year"]


def test_a_forged_next_link_is_refused(caller):
    bundle = caller.get("Observation?_count=2").json()
    url = next(link["url"] for link in bundle["link"] if link["relation"] == "next")
    assert caller.get(url[:-8] + "AAAAAAAA").status_code == 400
    assert caller.get(f"{caller.base}?_page=nonsense").status_code == 400


def test_what_it_does_not_understand_is_refused_and_not_ignored(caller):
    assert caller.get("Observation?nonsense=1").status_code == 400
    assert caller.get("Observation?date=yesterday").status_code == 400
    assert caller.get("Observation?_sort=mood").status_code == 400
    assert caller.get("Observation?_count=many").status_code == 400


def test_the_history_of_a_type_tells_deletions_since_an_instant(caller):
    entries = caller.get("Procedure/_history?_since=2026-02-03T00:00:00Z").json()["entry"]
    assert [(entry["request"]["method"], "resource" in entry) for entry in entries] == [("DELETE", False)]


def test_a_long_history_comes_in_pages(caller):
    url, seen = "Procedure/_history?_count=2", []
    while url:
        bundle = caller.get(url).json()
        seen += [entry["request"]["method"] for entry in bundle["entry"]]
        url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), None)
    assert seen == ["DELETE", "PUT", "PUT", "PUT"]


def test_the_examples_in_docstrings_are_true():
    assert doctest.testmod(ehr.practice.dates).failed == 0


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("Observation?code=x", 400),
        ("Patient", 400),
        ("Procedure/_history", 400),
        ("Patient?_id=p1", 200),
        ("Patient?identifier=1", 200),
        ("Observation?patient=p1", 200),
        ("Medication?_id=m", 200),
    ],
)
def test_a_us_core_server_wants_a_patient_in_each_search(folder, call, path, status):
    with running(folder, profile="us-core") as base:
        assert call(base).get(path).status_code == status


def test_a_new_version_after_the_deletion_brings_a_resource_back(folder, call, tmp_path):
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with (tmp_path / "Procedure.ndjson").open("a") as file:
        file.write(
            '{"resourceType":"Procedure","id":"deleted","meta":{"versionId":"2","lastUpdated":"2026-02-05T00:00:00Z"}}\n'
        )
    with running(tmp_path) as base:
        assert call(base).get("Procedure/deleted").status_code == 200


def test_faults_strike_the_nth_request_and_no_other(folder, call):
    faults = [
        Fault("Patient/p1", nth=2, status=503, headers=(("Retry-After", "1"),)),
        Fault("Patient/p2", reset=True),
        Fault("Encounter/open", keep_share=0.5),
    ]
    with running(folder, faults=faults) as base:
        caller = call(base)
        assert [caller.get("Patient/p1").status_code for _ in range(3)] == [200, 503, 200]
        with pytest.raises(requests.ConnectionError):
            caller.get("Patient/p2")
        assert caller.get("Patient/p2").status_code == 200
        with pytest.raises(requests.RequestException):
            caller.get("Encounter/open")


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="practice hospital"), running(tmp_path / "nowhere"):
        pass
