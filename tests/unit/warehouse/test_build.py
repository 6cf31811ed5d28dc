"""A build: what was known at as_of, and nothing that became known later."""

import json
import re
from datetime import date, datetime
from pathlib import Path

import pytest

from mappings.protocol import load_protocol
from mappings.value_sets import load_value_sets
from mappings.views import load_views
from warehouse.build import Build
from warehouse.connection import attach_archive, opened
from warehouse.history import has_build
from warehouse.load import load_landing
from warehouse.relations import run_sql
from warehouse.run_key import RunKey
from warehouse.store import archive_path

JANUARY, FEBRUARY, MARCH = "2020-01-31T00:00:00Z", "2020-02-29T00:00:00Z", "2020-03-31T00:00:00Z"


def run_key(as_of: str, software_version: str = "0.1.0") -> RunKey:
    return RunKey(
        as_of=datetime.fromisoformat(as_of),
        data_date=date(2020, 1, 26),
        time_zone="Asia/Shanghai",
        protocol=load_protocol("car-t-b-all"),
        value_sets=load_value_sets(),
        software_version=software_version,
    )


def rows_as_of(store: Path, as_of: str, relation: str, columns: str) -> list[tuple[object, ...]]:
    with opened() as connection:
        attach_archive(connection, archive_path(store))
        connection.execute("create schema ref")
        connection.execute("create table ref.run as select cast($as_of as timestamptz) as as_of", {"as_of": as_of})
        run_sql(connection, relation)
        return sorted(connection.table(relation).project(columns).fetchall(), key=str)


@pytest.fixture
def loaded(landing, home):
    def load() -> Path:
        load_landing(home, landing.path)
        return home

    return load


def test_a_version_counts_from_the_moment_it_was_known(landing, loaded, person):
    landing.ingest(JANUARY, person("p1"))
    landing.ingest(FEBRUARY, person("p1", "2", "2020-01-15T00:00:00Z"))
    store = loaded()
    assert rows_as_of(store, JANUARY, "stage.resources", "resource_id, version_id") == [("p1", "1")]
    assert rows_as_of(store, FEBRUARY, "stage.resources", "resource_id, version_id") == [("p1", "2")]
    assert rows_as_of(store, "2020-01-30T23:59:59Z", "stage.resources", "resource_id") == []


def test_a_deletion_takes_the_resource_out_from_when_it_was_learned(landing, loaded, person):
    landing.ingest(JANUARY, person("p1"), person("p2"))
    landing.ingest(FEBRUARY, deletions=[("Patient", "p1")])
    store = loaded()
    assert rows_as_of(store, JANUARY, "stage.resources", "resource_id") == [("p1",), ("p2",)]
    assert rows_as_of(store, FEBRUARY, "stage.resources", "resource_id") == [("p2",)]


def test_a_folder_that_brings_version_and_deletion_together_means_deleted(landing, loaded, person):
    landing.ingest(JANUARY, person("p1"), deletions=[("Patient", "p1")])
    assert rows_as_of(loaded(), JANUARY, "stage.resources", "resource_id") == []


def test_a_resource_made_again_after_its_deletion_is_looked_at(landing, loaded, person):
    landing.ingest(JANUARY, person("p1"), deletions=[("Patient", "p1")])
    landing.ingest(FEBRUARY, person("p1", "3", "2020-02-20T00:00:00Z"))
    assert rows_as_of(loaded(), FEBRUARY, "stage.resources", "version_id") == [("3",)]


def test_a_version_that_arrives_later_and_is_older_is_not_current_and_is_reported(landing, loaded, person):
    landing.ingest(JANUARY, person("p1", "2", "2020-01-20T00:00:00Z"))
    landing.ingest(FEBRUARY, person("p1", "1", "2020-01-10T00:00:00Z"))
    store = loaded()
    assert rows_as_of(store, FEBRUARY, "stage.resources", "version_id") == [("2",)]
    assert rows_as_of(store, FEBRUARY, "ops.regressed_versions", "resource_id, version_id") == [("p1", "1")]
    assert rows_as_of(store, JANUARY, "ops.regressed_versions", "resource_id") == []


def test_versions_without_dates_are_taken_in_the_order_of_arrival(landing, loaded):
    landing.ingest(JANUARY, {"resourceType": "Patient", "id": "p1", "gender": "male"})
    landing.ingest(FEBRUARY, {"resourceType": "Patient", "id": "p1", "gender": "female"})
    found = rows_as_of(loaded(), FEBRUARY, "stage.resources", "strftime(known_from, '%m')")
    assert found == [("02",)]


def test_undated_content_that_comes_again_is_current_again(landing, loaded):
    first, second = ({"resourceType": "Patient", "id": "p1", "gender": gender} for gender in ("male", "female"))
    for at, content in ((JANUARY, first), (FEBRUARY, second), (MARCH, first)):
        landing.ingest(at, content, content)
    store = loaded()
    current = [rows_as_of(store, at, "stage.resources", "landing_file") for at in (JANUARY, FEBRUARY, MARCH)]
    assert current == [[(f"ingest-{number:02}/Mixed-0001.ndjson.gz",)] for number in (1, 2, 3)]


def test_versions_by_arrival_follow_a_restored_server_back_and_warn_of_nothing(landing, loaded, person):
    older, newer = person("p1", "1", "2020-01-10T00:00:00Z"), person("p1", "2", "2020-01-20T00:00:00Z")
    landing.ingest(JANUARY, older, versions="arrival")
    landing.ingest(FEBRUARY, newer, versions="arrival")
    landing.ingest(MARCH, older, versions="arrival")
    store = loaded()
    assert rows_as_of(store, FEBRUARY, "stage.resources", "version_id") == [("2",)]
    assert rows_as_of(store, MARCH, "stage.resources", "version_id") == [("1",)]
    assert rows_as_of(store, MARCH, "ops.regressed_versions", "resource_id") == []


def test_all_versions_in_one_file_give_the_newest(landing, loaded, person):
    landing.ingest(JANUARY, person("p1", "9", updated="2020-01-01"), person("p1", "10", updated="2020-01-01"))
    assert rows_as_of(loaded(), JANUARY, "stage.resources", "version_id") == [("10",)]


def test_the_newest_row_of_a_unit_says_whether_it_is_complete(landing, loaded, person):
    def unit(name: str, patient_id: str | None, status: str) -> dict[str, str | None]:
        return {"unit": name, "resource_type": "Observation", "patient_id": patient_id, "status": status}

    landing.ingest(JANUARY, person("p1"), ledger=[unit("a", "p1", "failed"), unit("b", "p2", "complete")])
    landing.ingest(FEBRUARY, ledger=[unit("a", "p1", "complete"), unit("c", None, "pending")])
    store = loaded()
    columns = "patient_id, resource_type, reason"
    assert rows_as_of(store, JANUARY, "ops.incomplete_units", columns) == [("p1", "Observation", "failed")]
    assert rows_as_of(store, FEBRUARY, "ops.incomplete_units", columns) == [(None, "Observation", "pending")]


def test_a_type_whose_deletions_cannot_be_learned_is_named_until_they_can(landing, loaded, person):
    def unit(reason: str | None, patient_id: str | None = None) -> dict[str, str | None]:
        names = {"unit": "deletions Observation", "resource_type": "Observation", "patient_id": patient_id}
        return {**names, "status": "complete", "reason": reason}

    untold = "deletions cannot be learned: the server tells no history and answers no search"
    landing.ingest(JANUARY, person("p1"), ledger=[unit(untold), unit(None, "p1")])
    landing.ingest(FEBRUARY, ledger=[unit("1 held before are gone")])
    store = loaded()
    assert rows_as_of(store, JANUARY, "ops.untold_deletions", "resource_type, reason") == [("Observation", untold)]
    assert rows_as_of(store, JANUARY, "ops.incomplete_units", "reason") == []
    assert rows_as_of(store, FEBRUARY, "ops.untold_deletions", "resource_type") == []


def test_a_reject_makes_its_patient_incomplete_until_the_resource_comes_right(landing, loaded):
    condition = {"resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p1"}}
    landing.ingest(JANUARY, condition | {"modifierExtension": [{"url": "http://example.org/not"}]})
    landing.ingest(FEBRUARY, condition)
    store = loaded()
    january = rows_as_of(store, JANUARY, "ops.incomplete_units", "patient_id, resource_type")
    assert january == [("p1", "Condition")]
    assert rows_as_of(store, FEBRUARY, "ops.incomplete_units", "patient_id") == []


def test_the_run_id_is_a_hash_of_what_the_figures_depend_on():
    one = run_key("2020-01-31T00:00:00+00:00")
    assert one.run_id == run_key("2020-01-31T08:00:00+08:00").run_id
    assert one.run_id != run_key("2020-01-31T00:00:01+00:00").run_id
    assert one.run_id != run_key("2020-01-31T00:00:00+00:00", "0.2.0").run_id
    assert len(one.run_id) == 16


def test_two_builds_of_one_key_have_equal_digests_with_any_number_of_threads(landing, loaded, person):
    landing.ingest(JANUARY, person("p1", birthDate="1980"), person("p2"))
    store = loaded()
    run = run_key("2020-01-31T00:00:00+00:00")
    first = Build(store, run, threads=1).stage()
    second = Build(store, run, threads=2).stage()
    assert first == second
    counts = {receipt.relation: receipt.row_count for receipt in first}
    assert counts["stage.patient"] == 2
    assert counts["stage.observation"] == 0
    assert counts["ref.run"] == 1


def test_what_the_views_cannot_read_is_counted_in_stage(landing, loaded, person):
    odd = {"resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p1"}, "code": "influenza"}
    good = odd | {"id": "c2", "code": {"text": "influenza"}}
    landing.ingest(JANUARY, person("p1"), odd, good)
    build = Build(loaded(), run_key(JANUARY))
    build.stage()
    with opened(build.path, read_only=True) as connection:
        found = connection.table("stage.shape_audit").project("view_name, path, expected, found, is_lost, of_count")
        assert sorted(found.fetchall()) == [
            ("condition", "code", "object", "string", True, 2),
            ("condition_coding", "code", "object", "string", True, 2),
        ]


def test_every_reference_resolves_or_is_counted_by_the_way_it_fails(landing, loaded, person):
    subjects = [
        {"reference": "Patient/p1"},
        {"reference": "https://ehr.example/fhir/Patient/p1/_history/2"},
        {"reference": "Patient/nobody"},
        {"reference": "#p"},
        {"reference": "Patient?identifier=urn:mrn|5"},
        {"identifier": {"value": "5"}},
        {"reference": "Patient/"},
    ]
    rows = [
        {"resourceType": "Observation", "id": f"o{number}", "subject": subject, "specimen": {"display": "blood"}}
        for number, subject in enumerate(subjects)
    ]
    landing.ingest(JANUARY, person("p1"), *rows)
    build = Build(loaded(), run_key(JANUARY))
    build.stage()
    with opened(build.path, read_only=True) as connection:
        found = connection.table("stage.unresolved_references").project("element, way, reference_count").fetchall()
    assert sorted(found) == [
        ("specimen", "display_only", 7),
        ("subject", "conditional", 1),
        ("subject", "contained", 1),
        ("subject", "identifier_only", 1),
        ("subject", "target_absent", 1),
        ("subject", "unreadable", 1),
    ]


# One resource of each type that a view reads ids of, and every id of them leads nowhere.
POINTING = {
    "Condition": {"subject": "Patient", "encounter": "Encounter"},
    "Device": {"patient": "Patient"},
    "DeviceUseStatement": {"subject": "Patient", "device": "Device"},
    "DiagnosticReport": {
        "subject": "Patient", "encounter": "Encounter", "result": "Observation", "specimen": "Specimen",
    },
    "Encounter": {"subject": "Patient", "location.location": "Location"},
    "Group": {"member.entity": "Patient"},
    "Location": {"partOf": "Location"},
    "MedicationAdministration": {"subject": "Patient", "context": "Encounter", "medicationReference": "Medication"},
    "MedicationDispense": {"subject": "Patient", "context": "Encounter", "medicationReference": "Medication"},
    "MedicationRequest": {"subject": "Patient", "encounter": "Encounter", "medicationReference": "Medication"},
    "MedicationStatement": {"subject": "Patient", "context": "Encounter", "medicationReference": "Medication"},
    "Observation": {
        "subject": "Patient", "encounter": "Encounter", "specimen": "Specimen", "hasMember": "Observation",
        "derivedFrom": "Observation",
    },
    "Patient": {"link.other": "Patient"},
    "Procedure": {"subject": "Patient", "encounter": "Encounter"},
    "Specimen": {"subject": "Patient", "parent": "Specimen"},
}  # fmt: skip
LISTS = {"result", "hasMember", "derivedFrom", "parent"}


def pointing_nowhere(kind: str, places: dict[str, str]) -> dict[str, object]:
    body: dict[str, object] = {"resourceType": kind, "id": f"from-{kind}"}
    for place, target in places.items():
        element, _, inner = place.partition(".")
        reference = {"reference": f"{target}/gone"}
        several = element in LISTS or (kind, element) == ("DiagnosticReport", "specimen")
        body[element] = [{inner: reference}] if inner else [reference] if several else reference
    return body


def test_an_absent_target_is_counted_wherever_a_view_reads_an_id(landing, loaded):
    landing.ingest(JANUARY, *(pointing_nowhere(kind, places) for kind, places in POINTING.items()))
    build = Build(loaded(), run_key(JANUARY))
    build.stage()
    with opened(build.path, read_only=True) as connection:
        found = connection.table("stage.unresolved_references").fetchall()
    names = {"medicationReference": "medication", "location.location": "location", "link.other": "link",
             "member.entity": "member"}  # fmt: skip
    expected = {(kind, names.get(place, place)) for kind, places in POINTING.items() for place in places}
    assert {(kind, element): (way, count) for kind, element, way, count in found} == dict.fromkeys(
        expected, ("target_absent", 1)
    )
    read = sum(len(re.findall(r'"path": "[^"]*getReferenceKey', json.dumps(view.definition))) for view in load_views())
    assert read == len(expected), "a view reads an id that is counted nowhere"


def test_a_build_that_was_cut_off_is_not_taken_for_one(landing, loaded, person):
    landing.ingest(JANUARY, person("p1"))
    store, run = loaded(), run_key(JANUARY)
    needed = ["counts.unmapped_codes"]
    assert not has_build(store, run.run_id, needed)
    build = Build(store, run)
    build.stage()
    assert not has_build(store, run.run_id, needed)
    build.needed(needed)
    assert has_build(store, run.run_id, needed)
    build.stage()
    assert not has_build(store, run.run_id, needed)
