"""Sixteen lines of which six are spoilt: whatever brings them, each is landed as it came and accounted for."""

from __future__ import annotations

import json

import pytest

from ehr import PullPlan, pull
from ehr.practice.faults import Fault
from ehr.practice.server import running

GOOD = [
    json.dumps(
        {
            "resourceType": "Observation",
            "id": f"good{number}",
            "meta": {"versionId": "1", "lastUpdated": "2026-02-01T00:00:00Z"},
            "status": "final",
            "subject": {"reference": "Patient/p0"},
        }
    )
    for number in range(10)
]
WRONG_QUANTITY = GOOD[0].replace("good0", "quantity").replace("}}", '},"valueQuantity":{"value":"6.31"}}', 1)
ENTERED_IN_ERROR = GOOD[0].replace("good0", "error").replace("final", "entered-in-error")
NAMELESS = GOOD[0].replace('"id": "good0", ', "")
MODIFIED = GOOD[0].replace("good0", "modified").replace('"status"', '"modifierExtension":[{"url":"urn:x"}],"status"')
TRUNCATED = GOOD[0].replace("good0", "cut")[:60]
LINES = [*GOOD[:5], WRONG_QUANTITY, TRUNCATED, ENTERED_IN_ERROR, NAMELESS, MODIFIED, GOOD[3], *GOOD[5:]]


def test_there_are_sixteen_lines():
    assert len(LINES) == 16


@pytest.mark.parametrize("source", ["folder", "export"])
def test_each_line_is_landed_as_it_came(site, hospital, make, tmp_path, source):
    if source == "folder":
        folder = tmp_path / "folder"
        folder.mkdir()
        (folder / "Observation.ndjson").write_text("\n".join(LINES) + "\n")
        receipt = pull(PullPlan(source="folder", folder=folder), site.root, clock=site.clock)
    else:
        body = ("\n".join(LINES) + "\n").encode()
        fault = Fault(r"export-file/1/1", times=None, status=200, body=body)
        base = [make.resource("Patient", "p0"), make.resource("Observation", "good0", "p0")]
        with running(hospital(base), faults=[fault]) as url:
            types = {"Patient": None, "Observation": None}
            receipt = site.pull(url, roster="all", source="export", types=types)
    landed = site.landed(receipt)["Observation"]
    # An export's file is read once more before its bad line is believed.
    assert landed[-16:] == LINES
    row = next(row for row in site.ledger(receipt) if row["resource_type"] == "Observation")
    assert row["distinct_received"] in (13, 14)
    assert row["received"] == len(landed)


def test_a_search_brings_each_resource_that_can_be_a_resource(site, hospital, make):
    readable = [json.loads(line) for line in LINES if line != TRUNCATED]
    with running(hospital([make.resource("Patient", "p0"), *readable])) as url:
        receipt = site.pull(url, roster="all", types={"Patient": None, "Observation": None})
    row = next(row for row in site.ledger(receipt) if row["unit"] == "type Observation")
    # The same resource twice is one resource; the one without id has only its text to be told by.
    assert (row["received"], row["distinct_received"], row["status"]) == (14, 14, "complete")
    names = [json.loads(line).get("id") for line in site.landed(receipt)["Observation"]]
    assert sorted(filter(None, names)) == sorted(
        [*(f"good{number}" for number in range(10)), "quantity", "error", "modified"]
    )
    assert names.count(None) == 1
