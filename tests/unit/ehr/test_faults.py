"""What a server does wrong is either made good or said: never swallowed."""

from __future__ import annotations

import json
import socket

import pytest

from ehr.errors import LandingFailed, PlanRefused, ServerUnreachable, TokenRefused
from ehr.practice.faults import Fault
from ehr.practice.server import running

P1_OBSERVATIONS = r"GET /fhir/Observation\?patient=p1"


def unit(site, receipt, name, patient_id):
    return next(row for row in site.ledger(receipt) if (row["unit"], row["patient_id"]) == (name, patient_id))


@pytest.mark.parametrize(
    "fault",
    [
        Fault(P1_OBSERVATIONS, status=500),
        Fault(P1_OBSERVATIONS, times=3, status=503, body=b"<html>down for maintenance</html>"),
        Fault(P1_OBSERVATIONS, keep_share=0.5),
        Fault(P1_OBSERVATIONS, times=2, reset=True),
        Fault(P1_OBSERVATIONS, status=200, body=b"<html>please log in</html>"),
        Fault(P1_OBSERVATIONS, status=200),
        Fault(P1_OBSERVATIONS, status=200, body=b'{"resourceType":"Bundle","entry":[{"resource":{"resourceTy'),
    ],
    ids=["500 once", "503 three times", "truncated body", "reset twice", "HTML", "empty", "half JSON"],
)
def test_a_passing_fault_is_made_good(site, hospital, fault):
    with running(hospital(), faults=[fault]) as url:
        receipt = site.pull(url)
    assert receipt.is_complete
    assert unit(site, receipt, "patient Observation", "p1")["received"] == 3
    assert site.sleeper.seconds


def test_a_search_that_fails_for_good_is_a_failed_unit_and_the_pull_goes_on(site, hospital):
    with running(hospital(), faults=[Fault(P1_OBSERVATIONS, times=None, status=500)]) as url:
        receipt = site.pull(url)
    row = unit(site, receipt, "patient Observation", "p1")
    assert (row["status"], row["reason"]) == ("failed", "the server answered 500, 5 times")
    assert receipt.incomplete_types == {"Observation": 1}
    assert receipt.incomplete_patients == 1
    assert "p2-o0" in site.ids(receipt)["Observation"]


def test_a_page_that_fails_for_good_leaves_an_incomplete_unit_with_what_came(site, hospital):
    with running(hospital(), faults=[Fault(r"_page=", times=None, status=500)]) as url:
        receipt = site.pull(url, roster="all", page_size=5)
    row = unit(site, receipt, "type Observation", None)
    assert (row["status"], row["received"], row["server_count"]) == ("incomplete", 5, 12)


def test_retry_after_in_seconds_is_obeyed_and_capped(site, hospital):
    faults = [
        Fault(P1_OBSERVATIONS, status=429, headers=(("Retry-After", "7"),)),
        Fault(r"GET /fhir/Observation\?patient=p2", status=429, headers=(("Retry-After", "4000"),)),
    ]
    with running(hospital(), faults=faults) as url:
        receipt = site.pull(url)
    assert receipt.is_complete
    assert sorted(site.sleeper.seconds) == [7.0, 300.0]


def test_a_refused_search_is_not_repeated(site, hospital):
    with running(hospital(), faults=[Fault(P1_OBSERVATIONS, times=None, status=403)]) as url:
        receipt = site.pull(url)
    assert unit(site, receipt, "patient Observation", "p1")["reason"] == "the server answered 403"
    assert not site.sleeper.seconds


def test_a_server_that_cuts_a_result_is_caught_by_its_own_count(site, hospital):
    # The page says there is no more, and its total agrees with nothing.
    fault = Fault(r"GET /fhir/Observation\?patient=p1", times=None, replace=(('"total": 3', '"total": 7'),))
    with running(hospital(), faults=[fault]) as url:
        receipt = site.pull(url)
    row = unit(site, receipt, "patient Observation", "p1")
    assert (row["status"], row["reason"], row["attempts"]) == ("incomplete", "the server counts 7, 3 came", 2)


def test_a_link_that_leads_in_a_circle_ends(site, hospital):
    fault = Fault(r"_page=", times=None, replace=(('"relation": "self"', '"relation": "next"'),))
    with running(hospital(), faults=[fault]) as url:
        receipt = site.pull(url, roster="all", page_size=5)
    row = unit(site, receipt, "type Observation", None)
    # Windows of one page need no link, so all comes in the end.
    assert (row["status"], row["distinct_received"]) == ("complete", 12)
    assert "in parts" in row["reason"]


def test_an_error_entry_makes_the_unit_incomplete_and_a_warning_is_only_kept(site, hospital):
    def outcome(severity):
        issue = {"severity": severity, "code": "incomplete", "diagnostics": "P1's record is sealed"}
        entry = {"resource": {"resourceType": "OperationOutcome", "issue": [issue]}, "search": {"mode": "outcome"}}
        return (('"entry":[', '"entry":[' + json.dumps(entry) + ","),)

    faults = [
        Fault(P1_OBSERVATIONS, times=None, replace=outcome("error")),
        Fault(r"GET /fhir/Observation\?patient=p2", times=None, replace=outcome("warning")),
    ]
    with running(hospital(), faults=faults) as url:
        receipt = site.pull(url)
    failed, warned = (unit(site, receipt, "patient Observation", name) for name in ("p1", "p2"))
    assert (failed["status"], failed["received"]) == ("incomplete", 3)
    assert "sealed" not in failed["reason"]
    assert (warned["status"], warned["reason"]) == ("complete", "the server warns: incomplete")
    assert "OperationOutcome" not in site.ids(receipt)


@pytest.fixture
def spy():
    """A second host that notes whether anyone calls."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        line.listen()
        line.setblocking(False)
        yield line


def calls(spy):
    try:
        spy.accept()
    except BlockingIOError:
        return 0
    return 1


def test_a_next_link_to_another_host_gets_neither_a_request_nor_the_token(site, hospital, spy):
    foreign = f"http://127.0.0.1:{spy.getsockname()[1]}/"
    link = '"relation": "next", "url": "'
    fault = Fault(r"GET /fhir/Observation", times=None, replace=((link + "http://", link + foreign),))
    with running(hospital(), faults=[fault], token="s3cret") as url:
        receipt = site.pull(url, roster="all", page_size=5, token="s3cret")
    row = unit(site, receipt, "type Observation", None)
    assert (row["status"], row["received"]) == ("incomplete", 5)
    assert row["reason"] == "a link leads to another host; it was not followed"
    assert calls(spy) == 0


def test_a_redirect_to_another_host_gets_neither_a_request_nor_the_token(site, hospital, spy):
    headers = (("Location", f"http://127.0.0.1:{spy.getsockname()[1]}/fhir/Observation"),)
    with running(hospital(), faults=[Fault(P1_OBSERVATIONS, times=None, status=307, headers=headers)]) as url:
        receipt = site.pull(url)
    assert unit(site, receipt, "patient Observation", "p1")["status"] == "failed"
    assert calls(spy) == 0


def test_a_redirect_on_the_same_host_is_followed(site, hospital):
    headers = (("Location", "/fhir/Observation?patient=p1&_count=500"),)
    fault = Fault(r"Observation\?patient=p1&_count=500&_sort", times=None, status=302, headers=headers)
    with running(hospital(), faults=[fault]) as url:
        assert site.pull(url).is_complete


def test_a_dead_server_is_one_sentence_and_lands_nothing(site):
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port = line.getsockname()[1]
    with pytest.raises(ServerUnreachable, match="no server answers"):
        site.pull(f"http://127.0.0.1:{port}/fhir")
    assert not site.root.exists()


def test_a_server_that_dies_in_the_middle_ends_the_pull(site, hospital):
    faults = [
        Fault(r"GET /fhir/metadata", nth=2, times=None, reset=True),
        Fault(P1_OBSERVATIONS, times=None, reset=True),
    ]
    with running(hospital(), faults=faults) as url, pytest.raises(ServerUnreachable, match="any more"):
        site.pull(url)
    assert not any(json.loads(path.read_text())["landed_at"] for path in site.root.glob("*/manifest.json"))


def test_an_address_without_a_fhir_server_is_said(site, hospital):
    with running(hospital()) as url, pytest.raises(ServerUnreachable, match="404"):
        site.pull(url + "/nowhere")


def test_a_wrong_token_is_one_sentence_and_lands_nothing(site, hospital):
    with running(hospital(), token="right") as url, pytest.raises(TokenRefused, match="401") as refused:
        site.pull(url, token="wrong-token")
    assert "wrong-token" not in str(refused.value)
    assert not list(site.root.glob("*/manifest.json"))


def test_a_token_that_runs_out_is_renewed_once(site, hospital):
    fault = Fault(P1_OBSERVATIONS, status=401)
    with running(hospital(), token="right", faults=[fault]) as url:
        assert site.pull(url, token="right").is_complete


def test_a_roster_of_searches_on_a_us_core_server_names_the_way_out(site, hospital):
    with running(hospital(), profile="us-core") as url, pytest.raises(PlanRefused, match="roster patients"):
        site.pull(url, roster="search")


@pytest.mark.parametrize("roster", ["patients", "all"])
def test_a_server_that_answers_no_search_is_no_quiet_week(site, hospital, roster):
    fault = Fault(r"GET /fhir/(?!metadata)", times=None, status=403)
    with running(hospital(), faults=[fault]) as url, pytest.raises(ServerUnreachable, match="answered none of"):
        site.pull(url, roster=roster)
    assert not list(site.root.glob("*/manifest.json"))


def test_an_empty_roster_file_is_refused(site, hospital, tmp_path):
    empty = tmp_path / "empty.txt"
    empty.write_text("# nobody yet\n")
    with running(hospital()) as url, pytest.raises(PlanRefused, match="names nobody"):
        site.pull(url, roster_file=empty)


def test_a_roster_search_that_fails_keeps_the_patients_of_the_last_roster(site, hospital):
    folder = hospital()
    with running(folder) as url:
        site.pull(url, roster="search")
    with running(folder, faults=[Fault(r"Procedure\?code", times=None, status=500)]) as url:
        receipt = site.pull_on(url, roster="search")
    assert receipt.patients == 3
    assert not receipt.is_complete


def test_a_landing_folder_that_cannot_be_written_is_one_sentence(site, hospital):
    site.root.write_text("a file where the folder should be")
    with running(hospital()) as url, pytest.raises(LandingFailed, match="cannot be written"):
        site.pull(url)


@pytest.mark.parametrize("times", [1, None])
def test_an_answer_about_another_patient_is_none(site, hospital, times):
    other = b'{"resourceType":"Condition","id":"p0-c","subject":{"reference":"Patient/p0"}}'
    page = b'{"resourceType":"Bundle","type":"searchset","total":1,"entry":[{"resource":' + other + b"}]}"
    mixed_up = Fault(r"Condition\?patient=p1(?!.*_summary)", times=times, status=200, body=page)
    with running(hospital(), faults=[mixed_up]) as url:
        receipt = site.pull(url)
    row = next(row for row in site.ledger(receipt) if (row["resource_type"], row["patient_id"]) == ("Condition", "p1"))
    assert receipt.is_complete == (times == 1)
    assert (row["status"], row["attempts"]) == ("complete" if times == 1 else "incomplete", 2)
    assert row["reason"] == (None if times == 1 else "1 that came are about other patients")
    assert len(site.landed(receipt)["Condition"]) == (4 if times == 1 else 3)
