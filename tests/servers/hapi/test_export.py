"""Bulk exports of a real HAPI: no counts and no deletions in its manifest, and two minutes asked for each poll."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from ehr.errors import TokenRefused
from ehr.plan import PullPlan
from tests.flows.conftest import TOKEN
from tests.servers.hapi import hapi_server
from tests.servers.hapi.conftest import LoadedHapi
from tests.servers.hapi.pulls import deletions, landed, ledger, observation, person_of, plan_of, put, run
from tests.servers.hapi.token_gate import gate

pytestmark = pytest.mark.hapi
ROWS = 30
Key = tuple[str, str]


@pytest.fixture(scope="module")
def few(hapi_started) -> Iterator[str]:
    """HAPI as its public starter sets it, but for the length of a search: with it no export of more is ever done."""
    with hapi_started(**{name: value for name, value in hapi_server.REAL.items() if name != "fetchMax"}) as base:
        yield base


def admit(base: str, ward: str, rows: int = ROWS) -> list[str]:
    """Two members of a Group of the ward's name, and a stranger, with their Observations; the members."""
    members = [f"{ward}-first", f"{ward}-second"]
    for name in (*members, stranger_of(ward)):
        put(base, person_of(name), *(observation(name, number) for number in range(rows)))
    listed = [{"entity": {"reference": f"Patient/{name}"}} for name in members]
    put(base, {"resourceType": "Group", "id": ward, "type": "person", "actual": True, "member": listed})
    return members


def stranger_of(ward: str) -> str:
    return f"{ward}-stranger"


def export_plan(
    folder: Path, url: str, level: str, members: list[str], profile: str = "hapi", **access: Any
) -> PullPlan:
    """The plan of an export: roster `all` asks for everything, `patients` for all patients, `group` for the Group."""
    chosen = {
        "server.source": "export",
        "server.roster": level,
        "server.group": f"{level}-{profile}",
        "server.profile": profile,
    }
    return plan_of(folder, url, members, chosen, **access)


def observations_of(members: list[str], numbers: range) -> set[Key]:
    return {("Observation", f"of-{name}-{number:04d}") for name in members for number in numbers}


@pytest.mark.parametrize(
    ("level", "profile"), [("all", "hapi"), ("patients", "hapi"), ("patients", "generic"), ("group", "hapi")]
)
def test_an_export_brings_all_and_the_next_one_what_changed(level: str, profile: str, few: str, tmp_path: Path) -> None:
    ward = f"{level}-{profile}"
    members = admit(few, ward)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time.sleep(min(seconds, 5))

    plan = export_plan(tmp_path, few, level, members, profile, sleep=sleep)
    first = run(plan, tmp_path)
    assert first.is_complete, first.incomplete_types
    # HAPI asks for two minutes before the next look at a job of one second.
    assert profile == "generic" or max(slept, default=0) <= 5
    came = {key for key in landed(tmp_path, first) if key[0] == "Observation"}
    assert observations_of(members, range(ROWS)) <= came
    assert (observations_of([stranger_of(ward)], range(1)) <= came) == (level == "all")
    row = ledger(tmp_path, first)["Observation", None]
    assert (row["status"], row["distinct_received"], row["server_count"]) == ("complete", len(came), len(came)), row

    time.sleep(1.1)
    since = datetime.now(UTC).isoformat(timespec="milliseconds")
    put(few, observation(members[0], 0, note=[{"text": "changed"}]), observation(members[0], ROWS))
    gone = ("Observation", f"of-{members[1]}-0001")
    requests.delete(f"{few}/{'/'.join(gone)}", timeout=60).raise_for_status()
    # As if the first pull were long ago: the overlap of the watermark would bring everything again.
    second = run(plan, tmp_path, watermarks=dict.fromkeys(plan.types, since))
    assert second.is_complete, second.incomplete_types
    later = {key for key in landed(tmp_path, second) if key[0] == "Observation"}
    changed = {("Observation", f"of-{members[0]}-0000"), ("Observation", f"of-{members[0]}-{ROWS:04d}")}
    # At the level of patients HAPI takes `_since` and sends everything all the same; who knows that filters each type.
    assert later == (changed if profile == "hapi" else (came | changed) - {gone})
    assert gone in deletions(tmp_path, second), "learned from the history, no manifest names it"
    assert landed(tmp_path, second)["Observation", f"of-{members[0]}-0000"]["meta"]["versionId"] == "2"


def test_an_export_through_a_gate_gets_its_files_with_the_token(few: str, tmp_path: Path) -> None:
    members = admit(few, "gated")
    with gate(few, TOKEN) as url:
        plan = export_plan(tmp_path, url, "patients", members)
        receipt = run(plan, tmp_path)
        assert receipt.is_complete, receipt.incomplete_types
        assert observations_of(members, range(ROWS)) <= landed(tmp_path, receipt).keys()
        (tmp_path / "token").write_text("another", encoding="utf-8")
        with pytest.raises(TokenRefused):
            run(plan, tmp_path)


def test_an_export_that_hapi_gives_up_is_made_good_by_search(real_hapi: LoadedHapi, tmp_path: Path) -> None:
    """As its starter sets it HAPI fails each export, with 500, that holds more of a type than one search may bring."""
    rows = int(hapi_server.REAL["fetchMax"])
    members = admit(real_hapi.base, "group-hapi", rows)
    receipt = run(export_plan(tmp_path, real_hapi.base, "group", members), tmp_path)
    assert receipt.is_complete, receipt.incomplete_types
    assert observations_of(members, range(rows)) <= landed(tmp_path, receipt).keys()
    row = ledger(tmp_path, receipt)["Observation", None]
    assert (row["status"], row["received"], row["server_count"]) == ("complete", 0, 2 * rows)
    assert "made good by search; the export failed (500" in row["reason"]
