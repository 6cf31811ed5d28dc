"""A server that tells no history of a type: what it deleted is learned all the same, or the ledger says it is not."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from urllib.parse import unquote

import pytest

from ehr.client import Client
from ehr.errors import TokenRefused
from ehr.forget import find_person, forget_person
from ehr.held import HELD, read_held
from ehr.practice.faults import Fault
from ehr.practice.server import running
from ehr.watermarks import server_name

LATER = "2026-02-20T00:00:00Z"
GONE = [("Observation", "p0-o1", LATER)]
IN_FULL = {"profile": "epic"}
NO_HISTORY = Fault("metadata", times=None, replace=(("history-type", "history-none"),))


@pytest.fixture
def before(make):
    """Two patients; an isolate that names nobody and is found by reference only."""
    panel = make.resource("Observation", "panel", "p0", hasMember=[{"reference": "Observation/isolate"}],
                          effectiveDateTime="2019-05-02")  # fmt: skip
    return [*make.small_hospital(2), panel, make.resource("Observation", "isolate")]


@pytest.fixture
def two(site, hospital, before):
    """Pulls the hospital, then what became of it: `two(resources, deletions, profile, faults)`; the second receipt."""
    (site.root.parent / "roster.txt").write_text("p0\np1\n")

    def pull(after=None, deletions=GONE, *, profile="us-core", faults=(), first=(), **changes):
        with running(hospital(before), profile=profile, faults=list(first)) as url:
            assert site.pull_on(url, **changes).is_complete
        with running(hospital(after or before, deletions), profile=profile, faults=list(faults)) as url:
            return site.pull_on(url, **changes)

    return pull


def learned(site, receipt):
    return {
        (row["resource_type"], row["resource_id"], row["learned_by"]) for row in site.manifest(receipt)["deletions"]
    }


def row_of(site, receipt, resource_type, patient_id=None):
    wanted = (f"deletions {resource_type}", patient_id)
    return next((row for row in site.ledger(receipt) if (row["unit"], row["patient_id"]) == wanted), None)


@pytest.fixture
def asked(monkeypatch):
    """Paths of requests, with their parameters."""
    urls = []
    send = Client._request

    def counted(client, ask, token):
        urls.append(unquote(ask.url.partition("/fhir/")[2]))
        return send(client, ask, token)

    monkeypatch.setattr(Client, "_request", counted)
    return urls


def test_one_that_came_does_not_hide_one_that_went_and_one_that_moved_is_not_deleted(site, before, two, make, asked):
    came = make.resource("Observation", "p0-new", "p0", updated=LATER, effectiveDateTime="2019-05-03")
    moved = make.resource("Condition", "p1-c", "p0", updated=LATER)
    moved["meta"]["versionId"] = "2"
    deletions = [*GONE, ("Observation", "isolate", LATER), ("Medication", "m1", LATER)]
    receipt = two([*before, came, moved], deletions)
    assert receipt.is_complete
    assert learned(site, receipt) == {("Observation", "p0-o1", "read"), ("Observation", "isolate", "read"),
                                      ("Medication", "m1", "read")}  # fmt: skip
    assert row_of(site, receipt, "Observation")["reason"] == "2 held before are gone"
    asked.clear()
    with running(site.root.parent / "hospital", profile="us-core") as url:
        third = site.pull_on(url)
    assert (third.is_complete, third.deletions) == (True, 0)
    # What is settled costs one count for all patients of a type.
    kinds = Counter(text.partition("?")[0] for text in asked if re.search("=p0(,p1)?&_summary=count", text))
    assert kinds == dict.fromkeys(make.types, 1)
    assert not [text for text in asked if "_elements" in text and "_id=" not in text]


ANSWERS = {
    "the server forgets what it deleted": [Fault(r"GET /fhir/Observation/p0-o1$", times=None, status=404)],
    "it counts one patient at a time": [Fault("p0,p1", times=None, status=400)],
    "it counts nothing by itself": [Fault("_summary=count", times=None, status=400)],
    "it gives whole resources only": [Fault("_elements", times=None, status=400)],
    "it looks up no list of ids": [Fault("_id=", times=None, status=400)],
}


@pytest.mark.parametrize("faults", ANSWERS.values(), ids=ANSWERS.keys())
def test_a_deletion_is_learned_whatever_the_server_does_not_answer(site, two, faults):
    receipt = two(faults=faults)
    assert learned(site, receipt) == {("Observation", "p0-o1", "read")}


TROUBLES = {
    "cannot be read": ([Fault(r"Observation/p0-o1$", times=None, status=500)], "p0", "could not be read"),
    "hidden with the patient": (
        [Fault(r"(Observation/p0-o1|Patient/p0)$", times=None, status=404)], "p0", "hidden from us",
    ),
    "not counted": ([Fault(r"Observation\?patient=p0&_summary", times=None, status=500)], None, "could not be counted"),
    "not listed": ([Fault("Observation.*_elements|patient=p0&_count", times=None, status=500)], "p0", "be listed"),
}  # fmt: skip


@pytest.mark.parametrize(("faults", "patient", "said"), TROUBLES.values(), ids=TROUBLES.keys())
def test_what_cannot_be_confirmed_leaves_the_pull_incomplete_until_it_is(site, two, faults, patient, said):
    receipt = two(faults=faults)
    assert receipt.incomplete_types == {"Observation": 1}
    assert learned(site, receipt) == set()
    assert said in row_of(site, receipt, "Observation", patient)["reason"]
    with running(site.root.parent / "hospital", profile="us-core") as url:
        healed = site.pull_on(url)
    assert healed.is_complete
    assert learned(site, healed) == {("Observation", "p0-o1", "read")}


@pytest.mark.parametrize("given", [{"roster": "all"}, {"source": "export", "roster": "all"}, {"source": "export"}])
def test_it_is_learned_by_each_way_of_asking(site, two, given):
    receipt = two(profile="generic", first=[NO_HISTORY], faults=[NO_HISTORY], **given)
    assert receipt.is_complete
    assert learned(site, receipt) == {("Observation", "p0-o1", "read")}


def test_where_nothing_can_be_asked_the_ledger_says_that_deletions_stay_unknown(site, two):
    no_search = Fault(r"GET /fhir/Observation\?", times=None, status=404)
    receipt = two(profile="generic", first=[NO_HISTORY], faults=[NO_HISTORY, no_search], source="export", roster="all")
    row = row_of(site, receipt, "Observation")
    assert (receipt.is_complete, row["status"], learned(site, receipt)) == (True, "complete", set())
    assert row["reason"] == "deletions cannot be learned: the server tells no history and answers no search"


def test_a_server_without_last_updated_is_compared_with_what_came_in_full(site, hospital, before, two, asked):
    before[:] = [{key: value for key, value in body.items() if key != "meta"} for body in before]
    receipt = two()
    assert learned(site, receipt) == {("Observation", "p0-o1", "read")}
    assert not [text for text in asked if "p0,p1&_summary=count" in text]


def test_what_no_change_told_of_is_fetched_where_counts_differ(site, before, two, make):
    # Written before the first pull by its lastUpdated, as after a restore or by a clock that is wrong.
    old = {"updated": "2025-01-01T00:00:00Z"}
    silent = make.resource("Observation", "silent", "p0", hasMember=[{"reference": "Observation/deep"}], **old)
    receipt = two([*before, silent, make.resource("Observation", "deep", **old)], [])
    assert receipt.is_complete
    assert {"silent", "deep"} <= site.ids(receipt)["Observation"]
    assert site.manifest(receipt)["deletions"] == []


def test_a_history_that_is_offered_and_refused_is_replaced_by_comparing(site, two):
    refused = Fault("Observation/_history", times=None, status=404)
    receipt = two(profile="generic", faults=[refused])
    assert receipt.incomplete_types == {"Observation": 1}
    with running(site.root.parent / "hospital", faults=[refused]) as url:
        again = site.pull_on(url)
    assert again.is_complete
    assert learned(site, again) == {("Observation", "p0-o1", "read")}


def test_what_is_held_can_be_read_from_the_landed_files_again_and_forgets_whom_we_forget(site, two):
    two()
    server = server_name(site.plan("http://127.0.0.1/fhir"))
    left = read_held(site.root, server)
    assert "p0-o1" not in left.ids("Observation", "p0")
    for path in site.root.glob(f"*/{HELD}"):
        path.rename(path.with_suffix(".aside"))
    assert read_held(site.root, server).texts == left.texts
    for path in site.root.glob("*/*.aside"):
        path.rename(path.with_name(HELD))
    forget_person(site.root, find_person(site.root, "p0"), mark="x", step=lambda name: None)
    assert {owner for _, owner in read_held(site.root, server).texts} == {"p1", None}
    assert all(b"p0" not in gzip.decompress(path.read_bytes()) for path in site.root.glob(f"*/{HELD}"))


@pytest.mark.parametrize("source", ["search", "export"])
def test_what_lies_outside_the_window_is_neither_fetched_nor_deleted(site, before, two, make, monkeypatch, source):
    for module in ("ehr.patients", "ehr.comparison"):
        monkeypatch.setattr(f"{module}.SMALL_ENOUGH", 2)
    old = {"updated": "2025-01-01T00:00:00Z", "effectiveDateTime": "2011-01-01"}
    before += [make.resource("Observation", f"old{number}", "p0", **old) for number in range(3)]
    receipt = two(profile="generic", first=[NO_HISTORY], faults=[NO_HISTORY], source=source)
    assert learned(site, receipt) == {("Observation", "p0-o1", "read")}
    assert not any(name.startswith("old") for name in site.ids(receipt).get("Observation", ()))


def test_a_pull_that_was_cut_off_learns_it_from_what_was_laid_aside(site, hospital, before, asked):
    with running(hospital(before), profile="us-core") as url:
        (site.root.parent / "roster.txt").write_text("p0\np1\n")
        site.pull_on(url, **IN_FULL)
    folder = hospital(before, GONE)
    late = Fault("Patient\\?_id=p1", times=None, status=401, delay_seconds=0.7)
    with running(folder, profile="us-core", faults=[late]) as url, pytest.raises(TokenRefused):
        site.pull_on(url, **IN_FULL)
    asked.clear()
    with running(folder, profile="us-core") as url:
        receipt = site.pull_on(url, **IN_FULL)
    assert not [text for text in asked if text.startswith("Observation?patient=p0")]
    assert learned(site, receipt) == {("Observation", "p0-o1", "read")}
