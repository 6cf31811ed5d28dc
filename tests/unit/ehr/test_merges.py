"""A Patient that was merged with one on the roster is pulled too, from the merge on and with its past."""

from __future__ import annotations

import pytest

from ehr.practice.server import running

# Later than any kick-off: an export is asked for what changed since the last one began.
LATER = "2031-02-20T00:00:00Z"


def link(kind, name):
    return {"type": kind, "other": {"reference": f"Patient/{name}"}}


@pytest.fixture
def roster(site):
    """Names p0 alone."""
    path = site.root.parent / "roster.txt"
    path.write_text("p0\n")
    return path


@pytest.fixture
def merged(make):
    """p0 after its merge into p1; p1 also replaces one that the server has removed."""
    replaced = make.resource("Patient", "p0", updated=LATER, active=False, link=[link("replaced-by", "p1")])
    replaced["meta"]["versionId"] = "2"
    remaining = make.resource("Patient", "p1", link=[link("replaces", "p0"), link("replaces", "gone"),
                                                     link("seealso", "p3")])  # fmt: skip
    return [body for body in make.small_hospital() if body["id"] != "p1"] + [replaced, remaining]


@pytest.mark.parametrize("given", [{}, {"source": "export"}])
def test_the_survivor_comes_with_its_past_and_goes_on_being_asked_for(site, hospital, make, roster, merged, given):
    with running(hospital()) as url:
        assert set(site.ids(site.pull_on(url, **given))["Patient"]) == {"p0"}
    with running(hospital(merged)) as url:
        second = site.pull_on(url, **given)
        third = site.pull_on(url, **given)
    news = make.resource("Condition", "news", "p1", updated="2031-02-21T00:00:00Z")
    with running(hospital([*merged, news])) as url:
        last = site.pull_on(url, **given)
    assert all(receipt.is_complete for receipt in (second, third, last))
    # An export knows whom it keeps before it begins, so the past comes with the next one.
    came = site.ids(third if given else second)
    assert {"p1-o0", "p1-o1", "p1-o2"} <= came["Observation"]
    assert "p1-c" in came["Condition"]
    assert "news" in site.ids(last)["Condition"]
    assert "p3" not in {name for receipt in (second, third, last) for name in site.ids(receipt).get("Patient", ())}


def test_a_forgotten_patient_is_not_followed(site, hospital, roster, merged):
    with running(hospital(merged)) as url:
        receipt = site.pull_on(url, is_forgotten=lambda name: name == "p1")
    assert set(site.ids(receipt)["Patient"]) == {"p0"}
