"""One writer: `store/work.lock`, across flows, worker and shell.

The kernel holds the lock (flock), so that a killed process leaves none behind; what stands in the file only says
who holds it.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from warehouse.errors import LockHeld, StoreUnreadable
from warehouse.store import lock_path, prepare_store

_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class LockHolder:
    """Who writes: process id, name of the flow run (or of the shell command), start as UTC text."""

    process_id: int
    flow_run: str
    started_at: str


@contextmanager
def work_lock(store: Path, *, wait_seconds: float, holder: LockHolder) -> Iterator[None]:
    """Hold the store's lock for one block; waits up to `wait_seconds` for another holder.

    Raises:
        LockHeld: another process still holds it; the message says who and since when.
        StoreUnreadable: the lock file cannot be made.
    """
    prepare_store(store)
    try:
        handle = os.open(lock_path(store), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreUnreadable(
            f"{lock_path(store)} cannot be opened ({error.strerror}). Nothing was changed."
        ) from error
    try:
        _acquire(handle, store, wait_seconds)
        _write(handle, json.dumps(asdict(holder)))
        yield
        _write(handle, "")
    finally:
        os.close(handle)


def lock_holder(store: Path) -> LockHolder | None:
    """Who wrote last into the lock file; None if the file is missing, empty or being written."""
    try:
        found = json.loads(lock_path(store).read_text(encoding="utf-8"))
        return LockHolder(**found)
    except (OSError, ValueError, TypeError):
        return None


def _acquire(handle: int, store: Path, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= deadline:
                raise LockHeld(_held_message(store, wait_seconds)) from error
            time.sleep(_POLL_SECONDS)
        else:
            return


def _held_message(store: Path, wait_seconds: float) -> str:
    holder = lock_holder(store)
    who = f"process {holder.process_id} ({holder.flow_run}, since {holder.started_at})" if holder else "another process"
    return (
        f"{lock_path(store)} is held by {who}; waited {wait_seconds:g} seconds. Nothing was changed; "
        "wait for that run to end, or end it, and run again."
    )


def _write(handle: int, text: str) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, text.encode(), 0)
