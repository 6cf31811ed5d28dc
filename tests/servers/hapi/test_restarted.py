"""A HAPI that is stopped and started in the middle of a pull: its process ends, another one takes its port."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.flows.conftest import TOKEN
from tests.servers.hapi.pulls import landed, ledger, observation, person_of, plan_of, put, run
from tests.servers.hapi.token_gate import gate

pytestmark = pytest.mark.hapi
ROWS = 450


def free_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


@dataclass
class Restarted:
    """One server that is started again, once, before the first request that names `moment` is let through."""

    start: Callable[[], AbstractContextManager[str]]
    moment: str
    kept: bool
    base: str = ""
    restarts: int = 0
    life: ExitStack = field(default_factory=ExitStack)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> str:
        self.base = self.life.enter_context(self.start())
        if not self.kept or not self.restarts:
            put(self.base, person_of("p"), *(observation("p", number) for number in range(ROWS)))
        return self.base

    def before(self, path: str) -> str:
        """Called with each path that passes the gate; gives it back as it is."""
        with self.lock:
            if self.moment in path and not self.restarts:
                self.restarts += 1
                self.life.close()
                self.begin()
        return path


@pytest.mark.parametrize(
    ("source", "moment", "database"),
    [
        ("search", "_getpages=", "lost and loaded again"),
        ("search", "_getpages=", "kept in a file"),
        ("export", "$export-poll-status", "lost and loaded again"),
    ],
)
def test_a_server_restarted_in_the_middle_of_a_pull_gives_all(
    source: str, moment: str, database: str, hapi_started, tmp_path: Path
) -> None:
    """With its database in memory it knows no paging state and no job of before."""
    kept = database == "kept in a file"
    settings = {"port": free_port(), **({"database": str(tmp_path / "h2")} if kept else {})}
    server = Restarted(lambda: hapi_started(**settings), moment, kept)
    chosen = {"server.source": source, "server.profile": "hapi"}
    with server.life, gate(server.begin(), TOKEN, change=server.before) as url:
        receipt = run(plan_of(tmp_path, url, ["p"], chosen, page_size=50), tmp_path)
    assert server.restarts == 1
    row = ledger(tmp_path, receipt)["Observation", "p" if source == "search" else None]
    assert (row["status"], row["distinct_received"], row["server_count"]) == ("complete", ROWS, ROWS), row
    assert len({name for kind, name in landed(tmp_path, receipt) if kind == "Observation"}) == ROWS
    if source == "search":
        assert (row["attempts"] > 1) == (not kept), "a paging state that is gone is asked for again"
