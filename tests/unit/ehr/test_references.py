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


UUID = "0e1f0000-0000-4000-8000-000000000001"


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
        # What an importer left of a Bundle: the uuid is the target's id.
        make.resource("Observation", "left-over", "p0", specimen={"reference": f"urn:uuid:{UUID}"}, **day),
        make.resource("Specimen", UUID),
        make.resource("Observation", "derived", "p0", derivedFrom=[to("Observation", "measured")], **day),
        make.resource("Observation", "measured"),
        make.resource("Encounter", "stay", location=[{"location": to("Location", "icu")}]),
        make.resource("Location", "icu"),
    ]


@pytest.mark.parametrize("profile", ["generic", "us-core"])
def test_members_specimens_stays_and_wards_are_followed(site, hospital, panel, profile):
    with running(hospital(panel), profile=profile) as url:
        receipt = site.pull(url, types=TYPES)
    ids = site.ids(receipt)
    assert receipt.is_complete
    assert ids["Observation"] == {"panel", "isolate", "ampicillin", "left-over", "derived", "measured"}
    assert ids["Specimen"] == {"grown", "blood", UUID}
    assert (ids["Encounter"], ids["Location"]) == ({"stay"}, {"icu"})
    row = next(row for row in site.ledger(receipt) if row["unit"] == "references Observation")
    assert (row["status"], row["asked"], row["received"]) == ("complete", 4, 3)
    assert row["reason"] == "1 of 4 referenced are not on the server"


ABSENT = {
    "Observation": ("Observation", {"derivedFrom": [to("Observation", "gone")]}),
    "Specimen": ("Observation", {"specimen": to("Specimen", "gone")}),
    "Encounter": ("Observation", {"encounter": to("Encounter", "gone")}),
    "Medication": ("MedicationAdministration", {"medicationReference": to("Medication", "gone")}),
    "Location": ("Encounter", {"location": [{"location": to("Location", "gone")}]}),
}


@pytest.mark.parametrize("offered", [True, False], ids=["not on the server", "of a type that it does not offer"])
def test_what_cannot_be_had_is_counted_for_every_type_that_is_followed(site, hospital, make, offered):
    infused = [body for body in make.small_hospital(2) if body["resourceType"] in ("Patient", "Procedure")]
    pointing = [
        make.resource(kind, f"to-{name}", "p0", effectiveDateTime="2019-05-04", **elements)
        for name, (kind, elements) in ABSENT.items()
    ]
    hidden = () if offered else ("Specimen", "Medication", "Location")
    faults = [Fault("metadata", times=None, replace=tuple((f'"type": "{name}"', '"type": "Basic"') for name in hidden))]
    (site.root.parent / "roster.txt").write_text("p0\n")
    with running(hospital([*infused, *pointing]), faults=faults) as url:
        receipt = site.pull(url, types=TYPES | {"MedicationAdministration": (-120, 90)})
    assert receipt.is_complete
    rows = {row["resource_type"]: row for row in site.ledger(receipt) if row["unit"].startswith("references")}
    assert {name: (row["asked"], row["received"]) for name, row in rows.items()} == dict.fromkeys(ABSENT, (1, 0))
    for name, row in rows.items():
        said = "cannot be had: the server does not offer this type" if name in hidden else "are not on the server"
        assert row["reason"] == f"1 of 1 referenced {said}"


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
