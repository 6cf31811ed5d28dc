"""Scheduled on loopback: a server, a worker in an empty folder with the wheel, and runs that nobody starts by hand."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ehr.practice.server import running
from flows.deployments import planned_deployments
from flows.silent_runs import SILENCE, SILENT_RUNS
from tests.flows.conftest import STUDY_ENDS_ON, TOKEN
from tests.flows.plain_week import plain_week
from tests.flows.prefect_place import QUIET, PrefectServer, Worker, wait_for
from tests.flows.small_ward import command, figures, make_ward, ward_home
from tests.flows.test_killed import seen
from tests.flows.wheel import NADIR, clean_environment, environment_of_wheel

pytestmark = pytest.mark.prefect
THROUGH = {"through": STUDY_ENDS_ON.isoformat()}
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@dataclass
class Place:
    """A hospital home, the server, its worker and what was deployed there; `fhir` is where the ward is served."""

    server: PrefectServer
    worker: Worker
    home: Path
    fhir: str
    deployments: dict[str, dict[str, Any]]

    def start_run(self, name: str, *, after: timedelta = timedelta(), **parameters: Any) -> str:
        """A run of a deployment, scheduled; its id."""
        at = (datetime.now(UTC) + after).isoformat()
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": at}}
        content = {"state": state, "parameters": parameters}
        return str(self.server.post(f"deployments/{self.deployments[name]['id']}/create_flow_run", content)["id"])

    def end_of(self, run_id: str, *, seconds: float = 180) -> dict[str, Any]:
        """The run once it has ended."""

        def ended() -> dict[str, Any] | None:
            run = self.server.run_of(run_id)
            return run if run["state_type"] in ENDED else None

        found: dict[str, Any] = wait_for(ended, seconds=seconds)
        return found


@pytest.fixture(scope="module")
def ward(hospital, shared) -> Path:
    return shared("ward", lambda folder: make_ward(hospital, folder))


@pytest.fixture(scope="module")
def place(ward, tmp_path_factory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("scheduled")
    python = environment_of_wheel(root)
    empty, server = root / "empty", PrefectServer(root)
    empty.mkdir()
    env = clean_environment(**QUIET, PREFECT_API_URL=server.url, PREFECT_HOME=str(root / "worker"), HOME=str(root))
    worker = Worker(python, empty, env)
    try:
        server.start()
        with running(ward, token=TOKEN) as url:
            config = ward_home(root / "home", url, **{"store.lock_wait_minutes": 5})
            for _ in range(2):
                setup = [str(python), *NADIR, "setup", "prefect", "--config", config]
                made = subprocess.run(setup, cwd=empty, env=env, capture_output=True, text=True, check=False)
                assert made.returncode == 0, made.stderr
            worker.start()
            yield Place(server, worker, root / "home", url, {row["name"]: row for row in server.rows("deployments")})
    finally:
        # The worker first: one that outlives its server has been seen to go on for minutes.
        worker.stop()
        server.stop()


@pytest.mark.nightly
def test_setting_up_twice_makes_everything_once(place: Place) -> None:
    planned = planned_deployments(place.home / "nadir.toml", "Asia/Shanghai")
    assert {"daily", "weekly", "backfill"} <= set(place.deployments)
    assert sorted(str(row["name"]) for row in place.server.rows("deployments")) == sorted(one.name for one in planned)
    assert {name: row["entrypoint"] for name, row in place.deployments.items()} == {
        one.name: one.entrypoint for one in planned
    }
    weekly = place.deployments["weekly"]
    assert weekly["parameters"]["config"] == str((place.home / "nadir.toml").resolve())
    assert [row["schedule"]["timezone"] for row in weekly["schedules"]] == ["Asia/Shanghai"]
    queues = [row for row in place.server.rows("work_queues") if row["work_pool_name"] == "nadir"]
    assert [(row["name"], row["concurrency_limit"]) for row in queues] == [("default", 1)]
    assert [row["name"] for row in place.server.rows("automations")] == [SILENT_RUNS]
    wait_for(lambda: weekly["id"] in {row["deployment_id"] for row in place.server.rows("flow_runs")}, seconds=60)


@pytest.mark.nightly
def test_a_weekly_run_of_the_schedule_issues_the_week(place: Place) -> None:
    weekly = place.deployments["weekly"]["id"]
    soon = (datetime.now(UTC) + timedelta(seconds=5)).isoformat()
    schedule = {"interval": 86_400, "anchor_date": soon, "timezone": "UTC"}
    content = {"schedule": schedule, "active": True, "parameters": THROUGH}
    [made] = place.server.post(f"deployments/{weekly}/schedules", [content])

    def begun() -> dict[str, Any] | None:
        runs = [run for run in place.server.rows("flow_runs") if run["state_type"] not in ("SCHEDULED", "PENDING")]
        return runs[0] if runs else None

    run = wait_for(begun, seconds=150)
    place.server.ask("DELETE", f"deployments/{weekly}/schedules/{made['id']}")
    ended = place.end_of(run["id"])
    assert (ended["state_type"], ended["state_name"], ended["auto_scheduled"]) == ("COMPLETED", "Completed", True)
    data = place.home / "nadir-data"
    assert (data / "reports" / "car-t-b-all" / "2020-W01" / "index.html").is_file()
    # The hook that writes it runs after the state is set.
    wait_for((data / "nadir.prom").is_file, seconds=30)
    status = json.loads((data / "status.json").read_text(encoding="utf-8"))
    assert status["runs"]["weekly"]["outcome"] == "complete"
    assert status["runs"]["weekly"]["flow_run_id"] == run["id"]
    for name in ("status.json", "nadir.prom", "logs/nadir.log"):
        assert (data / name).stat().st_mode & 0o077 == 0, name


@pytest.mark.nightly
def test_daily_and_weekly_started_together_both_succeed_one_after_the_other(place: Place) -> None:
    runs = [place.start_run("daily"), place.start_run("weekly", **THROUGH)]
    first, second = sorted((place.end_of(run) for run in runs), key=lambda run: str(run["start_time"]))
    assert {first["state_type"], second["state_type"]} == {"COMPLETED"}
    assert first["end_time"] <= second["start_time"]


@pytest.mark.nightly
def test_a_run_whose_server_was_down_at_its_time_is_late_and_then_done(place: Place) -> None:
    run = place.start_run("daily", after=timedelta(seconds=4))
    place.server.stop()
    time.sleep(6)
    place.server.start()
    ended = place.end_of(run)
    states = place.server.ask("GET", f"flow_run_states/?flow_run_id={run}").json()
    assert ended["state_type"] == "COMPLETED"
    assert ended["start_time"] > ended["expected_start_time"]
    assert "Late" in [state["name"] for state in states] or ended["estimated_start_time_delta"] > 1


@pytest.mark.nightly
def test_a_run_whose_worker_was_down_at_its_time_is_late_and_then_done(place: Place) -> None:
    place.worker.stop()
    run = place.start_run("daily")
    wait_for(lambda: place.server.run_of(run)["state_name"] == "Late", seconds=60)
    place.worker.start()
    assert place.end_of(run)["state_name"] == "Completed"


@pytest.mark.nightly
@pytest.mark.parametrize(("moment", "power_loss"), [("pull", False), ("build", False), ("pull", True), ("build", True)])
def test_a_worker_killed_in_the_middle_is_healed_by_the_next_run(
    moment: str, power_loss: bool, place: Place, ward: Path, shared, tmp_path: Path
) -> None:
    """Without its worker a run ends by itself; one that is gone too is told by its silence. Then the next one runs."""

    def issue(folder: Path) -> None:
        with running(ward, token=TOKEN) as url:
            assert plain_week(ward_home(folder, url)) == 0

    undisturbed = shared("ward-issued", issue)
    config = ward_home(tmp_path, place.fhir, **{"store.lock_wait_minutes": 5})
    place.worker.start()
    killed = place.start_run("weekly", config=config, **THROUGH)
    until = time.monotonic() + 120
    while not seen(tmp_path, moment):
        assert time.monotonic() < until, "the run did not come so far"
        time.sleep(0.005)
    place.worker.kill(and_its_runs=power_loss)
    next_run = place.start_run("weekly", config=config, **THROUGH)
    place.worker.start()
    assert place.end_of(killed, seconds=2 * SILENCE.total_seconds())["state_type"] == "CRASHED"
    assert place.end_of(next_run, seconds=120)["state_name"] == "Completed"
    assert figures(tmp_path / "nadir-data") == figures(undisturbed / "nadir-data")


def test_setup_without_a_server_is_one_clear_sentence(tmp_path: Path) -> None:
    config = ward_home(tmp_path, "http://127.0.0.1:9/fhir")
    made = command("setup", "prefect", "--config", config, env={"PREFECT_API_URL": "http://127.0.0.1:9/api"})
    assert made.returncode == 2
    assert len(made.stderr.splitlines()) == 1, made.stderr
    assert "no Prefect server answers" in made.stderr
