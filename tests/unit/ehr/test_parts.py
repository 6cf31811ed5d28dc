"""A search that a server ends early, or refuses to page to its end, is made in parts and ends complete."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ehr.practice.faults import Fault
from ehr.practice.server import running

ROWS = 60
OBSERVATIONS = r"GET /fhir(/Observation)?\?"


@pytest.fixture
def many(hospital, make):
    """One patient with many Observations, minute by minute, as `written(instants)` dates them."""

    def write(updated):
        moments = [updated(number) for number in range(ROWS)]
        bodies = [
            make.resource(
                "Observation", f"o{number}", "p0", updated=moment, effectiveDateTime=f"2019-{number % 12 + 1:02}-03"
            )
            for number, moment in enumerate(moments)
        ]
        return hospital([make.resource("Patient", "p0"), *bodies])

    return write


def minute_by_minute(number):
    return (datetime(2026, 2, 1, tzinfo=UTC) + timedelta(minutes=number)).isoformat()


def row_of(site, receipt):
    return next(row for row in site.ledger(receipt) if row["unit"] == "type Observation")


def pull(site, folder, fault, page_size=10):
    with running(folder, faults=[fault]) as url:
        return site.pull(url, roster="all", page_size=page_size, types={"Observation": None})


@pytest.mark.parametrize("cut", [22, 7, 10])
def test_a_search_that_ends_early_without_a_word_is_made_in_parts(site, many, cut):
    receipt = pull(site, many(minute_by_minute), Fault(OBSERVATIONS, times=None, cut=cut))
    row = row_of(site, receipt)
    assert receipt.is_complete
    assert (row["distinct_received"], row["server_count"], row["status"]) == (ROWS, ROWS, "complete")
    assert "in parts" in row["reason"]
    assert len(site.landed(receipt)["Observation"]) == ROWS


def test_what_was_written_in_one_instant_is_parted_by_its_own_date(site, many):
    receipt = pull(site, many(lambda number: "2026-02-01T00:00:00Z"), Fault(OBSERVATIONS, times=None, cut=22))
    assert receipt.is_complete
    assert row_of(site, receipt)["distinct_received"] == ROWS


def test_what_cannot_be_parted_is_said_to_be_missing(site, hospital, make):
    undated = [make.resource("Observation", f"o{number}", "p0") for number in range(ROWS)]
    folder = hospital([make.resource("Patient", "p0"), *undated])
    receipt = pull(site, folder, Fault(OBSERVATIONS, times=None, cut=22))
    row = row_of(site, receipt)
    assert (row["status"], row["server_count"], row["distinct_received"]) == ("incomplete", ROWS, 22)
    assert row["reason"] == "the server counts 60, 22 came"


def test_far_pages_that_are_refused_are_not_needed(site, many):
    refused = Fault(r"_page=", nth=3, times=None, status=400)
    assert pull(site, many(minute_by_minute), refused).is_complete


def test_a_paging_state_that_is_always_lost_is_not_needed(site, many):
    assert pull(site, many(minute_by_minute), Fault(r"_page=", times=None, status=410)).is_complete


def test_a_link_that_never_ends_is_not_needed(site, many):
    circle = Fault(r"_page=", times=None, replace=(('"relation": "self"', '"relation": "next"'),))
    assert pull(site, many(minute_by_minute), circle).is_complete


def test_a_row_lost_between_pages_is_asked_for(site, many):
    receipt = pull(site, many(minute_by_minute), Fault(r"_page=", drop_entry=1))
    assert receipt.is_complete
    assert len(site.ids(receipt)["Observation"]) == ROWS


def test_a_page_of_the_right_length_with_an_agreeing_total_is_not_believed(site, many):
    # One page, no next link, and a total of just what came: only a count of its own tells.
    receipt = pull(site, many(minute_by_minute), Fault(OBSERVATIONS, times=None, cut=5), page_size=100)
    assert receipt.is_complete


def test_changes_are_parted_where_a_second_lower_bound_is_refused(site, many):
    """HAPI answers 400 to two `_lastUpdated=ge`, and a search for changes has one already."""
    faults = [
        Fault(r"_lastUpdated=ge.*_lastUpdated=ge", times=None, status=400),
        Fault(OBSERVATIONS, times=None, cut=22),
    ]
    with running(many(minute_by_minute), faults=faults) as url:
        changes = {"watermarks": {"Observation": "2026-02-01T00:10:00Z"}, "types": {"Observation": None}}
        receipt = site.pull(url, roster="all", page_size=10, **changes)
    assert (row_of(site, receipt)["status"], row_of(site, receipt)["distinct_received"]) == ("complete", ROWS - 10)
