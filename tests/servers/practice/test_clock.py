"""A practice hospital at an instant: what is not yet born, amended or deleted there, and moving its clock."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from ehr.practice.clock import HospitalClock
from ehr.practice.hospital_files import snapshot
from ehr.practice.server import running

FIRST = datetime(2026, 2, 1, 12, tzinfo=UTC)
AFTER_THE_SECOND_VERSION = datetime(2026, 2, 2, tzinfo=UTC)
AFTER_THE_DELETION = datetime(2026, 2, 4, tzinfo=UTC)


def test_the_hospital_shows_what_it_knows_at_its_time(folder, call):
    with running(folder, now=FIRST) as base:
        caller = call(base)
        assert caller.get("Procedure/twice").json()["status"] == "in-progress"
        assert caller.get("Procedure/deleted").status_code == 200
        assert caller.get("Observation/undated").status_code == 404
        assert caller.get("Procedure/twice/_history").json()["total"] == 1
        assert caller.get("Procedure/twice/_history/2").status_code == 404
        assert caller.get("Observation?_summary=count").json()["total"] == 4
        assert caller.ids("Observation?_lastUpdated=ge2026-02-02") == []


def test_its_answers_bear_its_time_once(folder, call):
    with running(folder, now=FIRST) as base:
        assert call(base).get("metadata").headers["Date"] == "Sun, 01 Feb 2026 12:00:00 GMT"


def test_the_clock_of_a_running_server_moves(folder, call):
    clock = HospitalClock(FIRST)
    with running(folder, now=clock) as base:
        caller = call(base)
        clock.move_to(AFTER_THE_SECOND_VERSION - timedelta(seconds=1))
        assert caller.get("Procedure/twice").json()["status"] == "in-progress"
        clock.move_to(AFTER_THE_SECOND_VERSION)
        assert caller.get("Procedure/twice").json()["status"] == "completed"
        assert caller.get("Procedure/_history?_since=2026-02-02T00:00:00Z").json()["total"] == 1
        clock.move_to(AFTER_THE_DELETION)
        assert caller.get("Procedure/deleted").status_code == 410
        assert caller.get("Procedure/_history?_since=2026-02-02T00:00:00Z").json()["total"] == 2


def test_a_next_link_outlives_a_move(folder, call):
    clock = HospitalClock(FIRST)
    with running(folder, now=clock) as base:
        caller = call(base)
        first = caller.get("Observation?_count=1").json()
        clock.move_to(AFTER_THE_DELETION)
        following = {link["relation"]: link["url"] for link in first["link"]}["next"]
        assert caller.get(following).status_code == 200


def test_an_export_holds_the_current_versions_of_its_time(folder, tmp_path):
    made = snapshot(folder, tmp_path / "then", AFTER_THE_DELETION)
    procedures = [json.loads(line) for line in (made / "Procedure.ndjson").read_text().splitlines()]
    assert [(row["id"], row["status"]) for row in procedures] == [("twice", "completed")]
    deleted = [json.loads(line)["resource_id"] for line in (made / "deletions.ndjson").read_text().splitlines()]
    assert deleted == ["deleted"]
    assert not (made / "truth.json").exists()
    with pytest.raises(FileExistsError):
        snapshot(folder, made, FIRST)


def test_a_time_without_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        HospitalClock(datetime(2026, 2, 1))  # noqa: DTZ001 - the mistake that is tested
