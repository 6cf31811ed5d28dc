"""A folder of NDJSON is landed line by line, as it is, whatever it holds."""

from __future__ import annotations

import gzip
import json

import pytest

from ehr import PullPlan, pull
from ehr.errors import PlanRefused


@pytest.fixture
def land(site, tmp_path):
    def run(files):
        folder = tmp_path / "export"
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return pull(PullPlan(source="folder", folder=folder), site.root, clock=site.clock)

    return run


def line(resource_type, resource_id):
    return json.dumps({"resourceType": resource_type, "id": resource_id}).encode()


def test_types_come_from_the_content_and_not_from_the_file_name(site, land):
    receipt = land({"mixed.ndjson": line("Patient", "a") + b"\n" + line("Observation", "b") + b"\n"})
    assert site.ids(receipt) == {"Patient": {"a"}, "Observation": {"b"}}


def test_plain_and_gzip_files_of_any_layout_are_read(site, land):
    receipt = land(
        {"a/Patient.ndjson": line("Patient", "a"), "b/c/Patient-2.ndjson.gz": gzip.compress(line("Patient", "b"))}
    )
    assert site.ids(receipt) == {"Patient": {"a", "b"}}
    assert receipt.is_complete


def test_lines_that_are_no_json_are_landed_as_they_came(site, land):
    broken = b'{"resourceType":"Observation","id":"x","valueQuantity":{"value":1'
    receipt = land({"export.ndjson": broken + b"\nnot json at all\n" + line("Patient", "a") + b"\n"})
    landed = site.landed(receipt)
    assert landed["Observation"] == [broken.decode()]
    assert landed["export"] == ["not json at all"]
    row = site.ledger(receipt)[0]
    assert (row["received"], row["reason"], row["status"]) == (3, "2 lines are no JSON", "complete")


def test_byte_order_mark_carriage_returns_and_blank_lines_are_tolerated(site, land):
    receipt = land({"Patient.ndjson": b"\xef\xbb\xbf" + line("Patient", "a") + b"\r\n\r\n\n" + line("Patient", "b")})
    assert site.ids(receipt) == {"Patient": {"a", "b"}}
    assert receipt.resources == 2


def test_a_cut_last_line_makes_the_file_incomplete(site, land):
    receipt = land({"Patient.ndjson": line("Patient", "a") + b"\n" + line("Patient", "b")[:-4]})
    assert site.ledger(receipt)[0]["status"] == "incomplete"
    assert receipt.incomplete_types == {"Patient": 1}


def test_a_cut_gzip_file_is_incomplete_and_keeps_what_came(site, land):
    whole = gzip.compress(b"\n".join(line("Patient", f"p{number:05}") for number in range(5000)))
    receipt = land({"Patient.ndjson.gz": whole[: len(whole) // 2]})
    assert site.ledger(receipt)[0]["status"] == "incomplete"
    assert 0 < receipt.resources < 5000


def test_deletions_of_the_folder_are_learned(site, land):
    row = b'{"resource_type":"Condition","resource_id":"c","deleted_at":"2026-01-01T00:00:00Z"}\n'
    receipt = land({"Patient.ndjson": line("Patient", "a"), "deletions.ndjson": row})
    assert receipt.deletions == 1
    assert site.manifest(receipt)["deletions"][0]["learned_by"] == "folder"


def test_every_version_of_a_resource_is_landed(site, land):
    receipt = land({"Patient.ndjson": line("Patient", "a") + b"\n" + line("Patient", "a") + b"\n"})
    row = site.ledger(receipt)[0]
    assert (row["received"], row["distinct_received"]) == (2, 1)


def test_a_folder_without_files_is_refused(site, tmp_path):
    with pytest.raises(PlanRefused, match=r"no \*.ndjson"):
        pull(PullPlan(source="folder", folder=tmp_path), site.root, clock=site.clock)
