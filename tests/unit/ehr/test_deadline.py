"""A pull that has to end: what was not begun is pending in the ledger, the pull says so, and the next one brings it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ehr.practice.server import running

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
FAR_AWAY = datetime(2101, 1, 1, tzinfo=UTC)


def test_nothing_is_begun_after_the_deadline_and_the_ledger_says_so(site, hospital):
    with running(hospital()) as url:
        receipt = site.pull(url, until=LONG_AGO)
    assert not receipt.is_complete
    assert receipt.resources == 0
    rows = [row for row in site.ledger(receipt) if row["status"] == "pending"]
    assert {row["patient_id"] for row in rows} == {"p0", "p1", "p2", "p3"}
    assert {row["reason"] for row in rows} == {"not begun before the deadline of the pull"}


def test_a_type_that_was_not_begun_is_pending_too(site, hospital):
    with running(hospital()) as url:
        receipt = site.pull(url, roster="all", until=LONG_AGO)
    assert receipt.units["pending"] > 0
    assert receipt.units["failed"] == 0


def test_the_next_pull_brings_what_was_pending(site, hospital):
    with running(hospital()) as url:
        whole = site.ids(site.pull(url))
        site.pull_on(url, until=LONG_AGO)
        healed = site.pull_on(url)
    assert healed.is_complete
    assert site.ids(healed)["Patient"] <= whole["Patient"]


def test_a_pull_after_one_that_was_cut_off_is_whole(site, hospital):
    with running(hospital()) as url:
        site.pull(url, until=LONG_AGO)
        healed = site.pull_on(url)
        whole = site.pull(url)
    assert healed.is_complete
    assert site.ids(healed) == site.ids(whole)


def test_a_deadline_in_the_future_changes_nothing(site, hospital):
    with running(hospital()) as url:
        assert site.ids(site.pull(url, until=FAR_AWAY)) == site.ids(site.pull(url))


def test_a_long_type_is_left_between_two_pages(site, hospital):
    # The clock goes on by a minute each time it is asked: the deadline comes while pages are still coming.
    with running(hospital()) as url:
        until = site.clock.now + timedelta(minutes=6)
        receipt = site.pull_on(url, roster="all", types={"Observation": None}, page_size=2, until=until)
        row = next(row for row in site.ledger(receipt) if row["unit"] == "type Observation")
        healed = site.pull_on(url, roster="all", types={"Observation": None})
    assert (row["status"], row["reason"]) == ("incomplete", "the time of the pull was up before the last page")
    assert 0 < row["received"] < 12
    assert len(site.ids(healed)["Observation"]) == 12
