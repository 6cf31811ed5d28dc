"""What is pointed to comes too, as deep as it goes, and what cannot be had is said."""

from __future__ import annotations

import pytest

from ehr.practice.faults import Fault
from ehr.practice.server import running

TYPES = {
    "Patient": None,
    "Procedure": None,
    "Encounter": (-10, 10),
    "Observation": (-60, 90),
    "Specimen": (-60, 90),
}


def to(kind, name):
    return {"reference": f"{kind}/{name}"}


@pytest.fixture
def panel(make):
    """A panel on a ward whose member, member's member, specimen's parent and place are found by reference only."""
    base = [body for body in make.small_hospital() if body["resourceType"] in ("Patient", "Procedure")]
    day = {"effectiveDateTime": "2019-05-04"}
    return [
        *base,
        make.resource("Observation", "panel", "p0", hasMember=[to("Observation", "isolate")], **day),
        # Of no patient, so that no search by patient brings them.
        make.resource("Observation", "isolate", hasMember=[to("Observation", "ampicillin"), to("Observation", "gone")]),
        make.resource("Observation", "ampicillin", specimen=to("Specimen", "grown"), encounter=to("Encounter", "stay")),
        make.resource("Specimen", "grown", parent=[to("Specimen", "blood")]),
        make.resource("Specimen", "blood"),
        make.resource("Encounter", "stay", location=[{"location": to("Location", "icu")}]),
        make.resource("Location", "icu"),
    ]


@pytest.mark.parametrize("profile", ["generic", "us-core"])
def test_members_specimens_stays_and_wards_are_followed(site, hospital, panel, profile):
    with running(hospital(panel), profile=profile) as url:
        receipt = site.pull(url, types=TYPES)
    ids = site.ids(receipt)
    assert receipt.is_complete
    assert ids["Observation"] == {"panel", "isolate", "ampicillin"}
    assert ids["Specimen"] == {"grown", "blood"}
    assert (ids["Encounter"], ids["Location"]) == ({"stay"}, {"icu"})
    row = next(row for row in site.ledger(receipt) if row["unit"] == "references Observation")
    assert (row["status"], row["asked"], row["received"]) == ("complete", 3, 2)
    assert row["reason"] == "1 of 3 referenced are not on the server"


def test_a_ward_that_cannot_be_read_leaves_the_week_incomplete_until_it_can(site, hospital, panel):
    folder = hospital(panel)
    faults = [Fault(r"/Location", times=None, status=500)]
    with running(folder, faults=faults) as url:
        first = site.pull_on(url, types=TYPES)
    with running(folder) as url:
        second = site.pull_on(url, types=TYPES)
    assert first.incomplete_types == {"Location": 1}
    assert second.is_complete
    assert site.ids(second)["Location"] == {"icu"}
