"""The log file of an installation: `home/logs/nadir.log`, rotating, owner only, each line with its run.

Steps log counts and names only (architecture, decision 9); nothing is added here but the run.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from flows.settings import Settings

__all__ = ["RunLines", "name_run", "run_log"]

BYTES_A_FILE = 5_000_000
FILES_KEPT = 8
LINE = "%(asctime)sZ %(levelname)s %(flow_run)s run=%(run_id)s %(name)s: %(message)s"


# The lines of the run that this context belongs to; tasks of Prefect run in a copy of it and see the same object.
_lines: ContextVar[RunLines | None] = ContextVar("log lines of the present run", default=None)


class RunLines(logging.Filter):
    """Puts flow run and run id on each line; the run id is a dash until the two clocks are settled."""

    def __init__(self, flow_run: str, run_id: str | None) -> None:
        super().__init__()
        self.flow_run = flow_run
        self.run_id = run_id

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the two names; every record passes."""
        record.flow_run = self.flow_run
        record.run_id = self.run_id or "-"
        return True


class PrivateFile(RotatingFileHandler):
    """A rotating file that only its owner can read, also right after it was made."""

    def _open(self) -> TextIOWrapper[Any]:
        return open(  # type: ignore[return-value]
            self.baseFilename, self.mode, encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)
        )


def name_run(run_id: str) -> None:
    """Put the run id on the lines of the present run from now on; without a log that is open, nothing."""
    lines = _lines.get()
    if lines is not None:
        lines.run_id = run_id


@contextmanager
def run_log(settings: Settings, flow_run: str, *, run_id: str | None = None) -> Iterator[RunLines]:
    """Send what `nadir.*` logs to the file while the block runs; the yielded lines take the run id once it is known."""
    folder = settings.home / "logs"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = RunLines(flow_run, run_id)
    handler = private_file(folder / "nadir.log")
    handler.addFilter(lines)
    logger = logging.getLogger("nadir")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    token = _lines.set(lines)
    try:
        yield lines
    finally:
        _lines.reset(token)
        logger.removeHandler(handler)
        logger.setLevel(level)
        handler.close()


def private_file(path: Path) -> logging.Handler:
    """The rotating handler with times in UTC."""
    handler = PrivateFile(path, maxBytes=BYTES_A_FILE, backupCount=FILES_KEPT, encoding="utf-8")
    formatter = logging.Formatter(LINE, datefmt="%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    return handler
