"""A place to schedule in: a Prefect server and a worker of our own on loopback, stopped worker first."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests

from tests.flows.wheel import clean_environment

__all__ = ["QUIET", "PrefectServer", "Worker", "stop", "wait_for"]

QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "2",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "2",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "3",
    "PREFECT_WORKER_QUERY_SECONDS": "2",
    "PREFECT_WORKER_PREFETCH_SECONDS": "1",
}


def wait_for(what: Callable[[], Any], *, seconds: float) -> Any:
    """What `what` gives as soon as it gives something."""
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.5)
    return found


def stop(process: subprocess.Popen[bytes], *, seconds: float = 20) -> None:
    """End a process of ours with the signal of a service manager, and wait for it."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=10)


class PrefectServer:
    """A server whose database outlives it: it can be stopped and started again at the same address."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as line:
            line.bind(("127.0.0.1", 0))
            self.port = line.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/api"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it is healthy."""
        words = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(self.port)]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        env = clean_environment(**QUIET, PREFECT_HOME=str(self.home))
        self.process = subprocess.Popen(words, env=env, cwd=self.home, **quiet)
        wait_for(self.is_healthy, seconds=180)

    def stop(self) -> None:
        """Stop if it runs."""
        if self.process is not None:
            stop(self.process)
            self.process = None

    def is_healthy(self) -> bool:
        """Whether it answers."""
        try:
            return requests.get(f"{self.url}/health", timeout=5).ok
        except requests.ConnectionError:
            return False

    def ask(self, method: str, path: str, content: Any = None) -> requests.Response:
        """Ask once; a server that is busy says 503 and is asked again, as Prefect's client does."""
        for _ in range(60):
            answer = requests.request(method, f"{self.url}/{path}", json=content, timeout=30)
            if answer.status_code != 503:
                break
            time.sleep(0.5)
        answer.raise_for_status()
        return answer

    def post(self, path: str, content: Any) -> Any:
        """POST JSON, get JSON."""
        return self.ask("POST", path, content).json()

    def rows(self, what: str) -> list[dict[str, Any]]:
        """Everything of a kind: deployments, flow_runs, work_queues."""
        found: list[dict[str, Any]] = self.post(f"{what}/filter", {})
        return found

    def run_of(self, run_id: str) -> dict[str, Any]:
        """One flow run."""
        found: dict[str, Any] = self.ask("GET", f"flow_runs/{run_id}").json()
        return found


class Worker:
    """A process worker of the pool, in an empty folder, started by the Python of the environment it serves."""

    def __init__(self, python: Path, folder: Path, env: dict[str, str]) -> None:
        self.words = [str(python), "-m", "prefect", "worker", "start", "--pool", "nadir", "--type", "process"]
        self.folder = folder
        self.env = env
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start unless it runs."""
        if self.process is None:
            with (self.folder / "worker.log").open("ab") as log:
                self.process = subprocess.Popen(self.words, cwd=self.folder, env=self.env, stdout=log, stderr=log)

    def stop(self) -> None:
        """Stop if it runs."""
        if self.process is not None:
            stop(self.process)
            self.process = None

    def kill(self, *, and_its_runs: bool) -> None:
        """`kill -9`, of the worker alone or, as a power loss does, of the runs that it started too."""
        assert self.process is not None
        for one in [self.process.pid, *(children(self.process.pid) if and_its_runs else ())]:
            os.kill(one, signal.SIGKILL)
        self.process.wait(timeout=10)
        self.process = None


def children(process_id: int) -> list[int]:
    """Processes that a process started and that still run."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = path.read_text(encoding="utf-8").rpartition(")")[2].split()[1]
            found += [int(path.parent.name)] if int(parent) == process_id else []
    return found
