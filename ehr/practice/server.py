"""Start and stop the practice server on loopback: blocking for the shell, in a thread for tests and the demo."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from .app import BASE_PATH, Door, Profile, make_app
from .clock import DatedApp, HospitalClock
from .faults import Fault
from .faulty import FaultyApp
from .groups import listed_patients
from .hospital import load_hospital
from .tokens import OneToken

# Never another interface: invented patients or not, a practice server is no server for others.
LOOPBACK = "127.0.0.1"
START_SECONDS = 30.0
TICK_SECONDS = 0.02


class PracticeServer(uvicorn.Server):
    """A uvicorn server that tells when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets=sockets)
        self.ready()

    async def main_loop(self) -> None:
        """Serve until told to stop, and notice it at once: tests start and stop many servers."""
        counter = 0
        while not await self.on_tick(counter):
            counter += 1
            await asyncio.sleep(TICK_SECONDS)


@dataclass(frozen=True, slots=True)
class Manners:
    """How a practice server behaves: who may in, what it allows, where its time stands, what goes wrong.

    `token` None opens it to everyone on this machine; a door of its own may make tokens or want a password. `now` is
    the instant, with zone, at which the hospital stands, or a clock that the caller goes on moving; None: it shows
    everything it will ever have written.
    """

    token: str | Door | None = None
    profile: Profile = "generic"
    now: datetime | HospitalClock | None = None
    faults: Sequence[Fault] = ()


def serve(
    folder: Path, manners: Manners, *, port: int = 0, ready: Callable[[str], None] = lambda base_url: None
) -> None:
    """Serve a practice hospital folder until the process is told to stop.

    `port` 0 lets the kernel choose; `ready` is called once with the base URL when the server listens.

    Raises:
        FileNotFoundError: the folder does not exist.
        OSError: the port is taken.
    """
    with _listen(port) as line:
        base_url = _base_url(line)
        _make_server(folder, manners, lambda: ready(base_url)).run(sockets=[line])


@contextmanager
def running(
    folder: Path,
    *,
    port: int = 0,
    token: str | Door | None = None,
    profile: Profile = "generic",
    faults: Sequence[Fault] = (),
    now: datetime | HospitalClock | None = None,
) -> Iterator[str]:
    """Serve a practice hospital folder in a thread while the block runs; gives the base URL.

    `now` is the instant at which the hospital stands, or a clock that the caller goes on moving; None: everything.

    Raises:
        FileNotFoundError: the folder does not exist.
        OSError: the port is taken.
    """
    line = _listen(port)
    listening = threading.Event()
    server = _make_server(folder, Manners(token, profile, now, faults), listening.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [line]}, name="practice-server", daemon=True)
    thread.start()
    try:
        if not listening.wait(START_SECONDS):
            raise TimeoutError(f"the practice server did not listen within {START_SECONDS:.0f} s")
        yield _base_url(line)
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
        line.close()


def _make_server(folder: Path, manners: Manners, ready: Callable[[], None]) -> PracticeServer:
    clock = HospitalClock(manners.now) if isinstance(manners.now, datetime) else manners.now
    app: ASGIApp = make_app(
        load_hospital(folder),
        door=manners.token if isinstance(manners.token, Door) else OneToken(manners.token),
        profile=manners.profile,
        clock=clock,
        roster=listed_patients(folder),
    )
    if clock is not None:
        app = DatedApp(app, clock)
    # Outermost, because a fault may also be about the Date that the hospital's clock gives.
    return _server(FaultyApp(app, manners.faults) if manners.faults else app, clock, ready)


def _server(app: ASGIApp, clock: HospitalClock | None, ready: Callable[[], None]) -> PracticeServer:
    config = uvicorn.Config(
        app,
        # With a clock of its own the hospital dates its answers itself.
        date_header=clock is None,
        log_level="critical",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=2,
        # The loop and parser of the standard library's side: nothing extra to install, same behaviour everywhere.
        loop="asyncio",
        http="h11",
    )
    return PracticeServer(config, ready)


def _listen(port: int) -> socket.socket:
    # Without the protocol named, asyncio leaves Nagle's algorithm on and each answer waits 40 ms for an ACK.
    line = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    line.bind((LOOPBACK, port))
    return line


def _base_url(line: socket.socket) -> str:
    host, port = line.getsockname()[:2]
    return f"http://{host}:{port}{BASE_PATH}"
