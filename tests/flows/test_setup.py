"""`nadir setup prefect` on a real Prefect server: pool, queue, deployments and runs that are really scheduled."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.flows.small_ward import command, ward_home


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[str]:
    """A Prefect server of its own on loopback; stopped at the end."""
    home = tmp_path_factory.mktemp("server")
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port = line.getsockname()[1]
    quiet = {
        "PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_UI_ENABLED": "false", "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "2",
    }  # fmt: skip
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)],
        env={**clean, **quiet}, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}/api"
    try:
        wait_for(lambda: answers(f"{url}/health"), seconds=180)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.ConnectionError:
        return False


def wait_for(what, *, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.5)


def asked(url: str, what: str) -> list[dict[str, object]]:
    return requests.post(f"{url}/{what}/filter", json={}, timeout=30).json()


@pytest.mark.prefect
def test_setup_makes_pool_queue_and_deployments_once_and_their_runs_are_scheduled(server: str, tmp_path: Path) -> None:
    config = ward_home(tmp_path, "http://127.0.0.1:9/fhir")
    at = {"PREFECT_API_URL": server}
    for _ in range(2):
        made = command("setup", "prefect", "--config", config, prefect_home=tmp_path / "prefect", env=at)
        assert made.returncode == 0, made.stderr
    deployments = {str(row["name"]): row for row in asked(server, "deployments")}
    assert set(deployments) == {"daily", "weekly", "backfill"}
    assert {row["entrypoint"] for row in deployments.values()} == {
        "flows.ingest.ingest", "flows.weekly.weekly", "flows.backfill.backfill",
    }  # fmt: skip
    weekly = deployments["weekly"]
    assert weekly["parameters"]["config"] == str(Path(config).resolve())
    assert [row["schedule"]["timezone"] for row in weekly["schedules"]] == ["Asia/Shanghai"]
    queues = [row for row in asked(server, "work_queues") if row["work_pool_name"] == "nadir"]
    assert [(row["name"], row["concurrency_limit"]) for row in queues] == [("default", 1)]
    wait_for(lambda: {row["deployment_id"] for row in asked(server, "flow_runs")} >= {weekly["id"]}, seconds=60)


@pytest.mark.prefect
def test_setup_without_a_server_is_one_clear_sentence(tmp_path: Path) -> None:
    config = ward_home(tmp_path, "http://127.0.0.1:9/fhir")
    made = command("setup", "prefect", "--config", config, env={"PREFECT_API_URL": "http://127.0.0.1:9/api"})
    assert made.returncode == 2
    assert len(made.stderr.splitlines()) == 1, made.stderr
    assert "no Prefect server answers" in made.stderr
