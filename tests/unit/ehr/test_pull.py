"""A pull lands all of the right patients by every roster, and the same bytes for the same server."""

from __future__ import annotations

import dataclasses
import hashlib
import stat
from datetime import date
from pathlib import Path

import pytest

from ehr.practice.server import running

INFUSED = {"p0", "p1", "p2"}


def test_the_roster_of_patients_brings_the_windowed_types_of_patients_with_an_index_day(site, hospital):
    with running(hospital()) as url:
        receipt = site.pull(url)
    ids = site.ids(receipt)
    assert receipt.is_complete
    assert receipt.patients == 4
    assert ids["Patient"] == {"p0", "p1", "p2", "p3"}
    assert ids["MedicationAdministration"] == {"p0-m", "p1-m", "p2-m", "p3-m"}
    assert {name[:2] for name in ids["Observation"]} == INFUSED
    assert ids["Medication"] == {"m1"}


def test_the_roster_of_searches_finds_the_patients_by_code(site, hospital):
    with running(hospital()) as url:
        receipt = site.pull(url, roster="search")
    assert receipt.is_complete
    assert site.ids(receipt)["Patient"] == INFUSED


def test_the_roster_of_all_pages_through_each_type(site, hospital):
    with running(hospital()) as url:
        receipt = site.pull(url, roster="all", page_size=3)
    assert receipt.is_complete
    assert receipt.patients is None
    assert len(site.ids(receipt)["Observation"]) == 12
    assert site.ids(receipt)["Medication"] == {"m1"}


def test_a_us_core_server_gives_the_same_by_the_roster_of_patients(site, hospital):
    folder = hospital()
    with running(folder) as url:
        generic = site.landed(site.pull(url))
    with running(folder, profile="us-core") as url:
        us_core = site.landed(site.pull(url))
    assert generic == us_core


def test_identifiers_in_the_roster_file_are_looked_up(site, hospital, tmp_path):
    roster = tmp_path / "identifiers.txt"
    roster.write_text("urn:mrn|mrn1\nurn:mrn|mrn99\n")
    with running(hospital()) as url:
        receipt = site.pull(url, roster_file=roster)
    assert site.ids(receipt)["Patient"] == {"p1"}
    assert receipt.units["incomplete"] == 1


def test_a_patient_whom_the_server_does_not_know_makes_the_pull_incomplete(site, hospital, tmp_path):
    roster = tmp_path / "roster-unknown.txt"
    roster.write_text("p0\nnobody\n")
    with running(hospital()) as url:
        receipt = site.pull(url, roster_file=roster)
    assert not receipt.is_complete
    assert receipt.incomplete_patients == 1


def test_text_is_landed_as_the_server_sent_it(site, hospital):
    folder = hospital()
    line = (
        '{"resourceType":"Observation", "id":"x","subject":{"reference":"Patient/p0"},"valueQuantity":{"value":6.310}}'
    )
    with (folder / "Observation.ndjson").open("a") as file:
        file.write(line + "\n")
    with running(folder) as url:
        assert line in site.landed(site.pull(url))["Observation"]


def test_the_same_server_gives_the_same_bytes(site, hospital, tmp_path):
    other = dataclasses.replace(site, root=tmp_path / "other" / "landing")
    other.root.parent.mkdir()
    with running(hospital()) as url:
        first, second = site.pull(url), other.pull(url)
    files = [of.manifest(receipt)["files"] for of, receipt in ((site, first), (other, second))]
    assert files[0] == files[1]
    rows = [[row | {"ingest_id": ""} for row in of.ledger(receipt)] for of, receipt in ((site, first), (other, second))]
    assert rows[0] == rows[1]


def test_the_manifest_counts_lines_and_names_only_the_host(site, hospital):
    with running(hospital()) as url:
        receipt = site.pull(url)
    manifest = site.manifest(receipt)
    assert manifest["landed_at"] == "2026-03-02T08:02:00Z"
    assert "/" not in manifest["server_url"]
    for file in manifest["files"]:
        content = (site.root / receipt.ingest_id / file["name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
    assert sum(file["lines"] for file in manifest["files"]) == receipt.resources


def test_only_the_owner_can_read_what_was_landed(site, hospital):
    with running(hospital()) as url:
        receipt = site.pull(url)
    folder: Path = site.root / receipt.ingest_id
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_every_unit_has_a_row_with_the_server_s_own_count(site, hospital):
    with running(hospital()) as url:
        receipt = site.pull(url)
    rows = {(row["unit"], row["patient_id"]): row for row in site.ledger(receipt)}
    row = rows["patient Observation", "p1"]
    assert (row["received"], row["distinct_received"], row["server_count"], row["status"]) == (3, 3, 3, "complete")
    assert ("patient Observation", "p3") not in rows


def test_a_big_type_is_asked_for_by_date_and_the_ledger_says_so(site, hospital, make, monkeypatch):
    monkeypatch.setattr("ehr.patients.SMALL_ENOUGH", 3)
    old = [make.resource("Observation", f"old{n}", "p0", effectiveDateTime="2001-01-01") for n in range(5)]
    with running(hospital(make.small_hospital() + old)) as url:
        receipt = site.pull(url)
    assert not any(name.startswith("old") for name in site.ids(receipt)["Observation"])
    row = next(row for row in site.ledger(receipt) if (row["unit"], row["patient_id"]) == ("patient Observation", "p0"))
    assert row["status"] == "complete"
    assert "by date" in row["reason"]


def test_an_index_event_named_only_by_its_medication_is_found(site, hospital, make, monkeypatch):
    product = make.resource("Medication", "product", code=make.concept("urn:codes|CART"))
    given = make.resource(
        "MedicationAdministration", "given", "p3", medicationReference={"reference": "Medication/product"}
    )

    def find(resources):
        products = [body["id"] for body in resources if body["resourceType"] == "Medication" and "CART" in str(body)]
        return {"p3": [date(2019, 5, 1)]} if products and any(body["id"] == "given" for body in resources) else {}

    with running(hospital([*make.small_hospital(), product, given])) as url:
        receipt = site.pull(url, index_days=find)
    assert {name[:2] for name in site.ids(receipt)["Observation"]} == {"p3"}
    assert site.ids(receipt)["Medication"] == {"m1", "product"}


def test_an_index_event_without_a_day_brings_the_windowed_types_whole(site, hospital):
    with running(hospital()) as url:
        receipt = site.pull_on(url, index_days=lambda resources: {"p3": []})
        again = site.pull_on(url, index_days=lambda resources: {})
    assert site.ids(receipt)["Observation"] == {"p3-o0", "p3-o1", "p3-o2"}
    assert ("patient Observation", "p3") in {(row["unit"], row["patient_id"]) for row in site.ledger(again)}


def test_a_type_that_the_server_does_not_offer_is_said_and_no_failure(site, hospital, make):
    with running(hospital()) as url:
        receipt = site.pull(url, types=make.types | {"BodyStructure": None})
    row = next(row for row in site.ledger(receipt) if row["resource_type"] == "BodyStructure")
    assert row["reason"] == "the server does not offer this type"
    assert receipt.is_complete


@pytest.mark.parametrize("roster", ["patients", "all"])
def test_a_reference_that_cannot_be_had_is_recorded(site, hospital, make, roster):
    lost = make.resource("MedicationAdministration", "lost", "p0", medicationReference={"reference": "Medication/gone"})
    with running(hospital([*make.small_hospital(), lost])) as url:
        receipt = site.pull(url, roster=roster)
    row = next(row for row in site.ledger(receipt) if row["unit"] == "references Medication")
    assert row["reason"] == "1 of 2 referenced are not on the server"
