"""Landing files: what the server sent, as it sent it, written so that a killed run leaves no half truth.

A pull writes ``landing/<ingest>/<Type>-<nnnn>.ndjson.gz``. A file is written under a temporary name, synced and
renamed; the ingest counts once its manifest carries `landed_at`, which is written last. A folder without it is the
leftover of a killed run: the next pull moves it under ``landing/unfinished/`` and fetches again from the last closed
ingest, so nothing is lost and nothing half is loaded.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ehr.errors import LandingFailed
from ehr.forgotten import ForgottenPatients, read_forgotten
from ehr.landed_files import LandedFile, TypeWriter, replace_file, safe_type, sync_folder
from ehr.ledger import UnitRow
from ehr.manifest import HELD, LEDGER, MANIFEST, STATE, Deletion, as_json, closed_manifests, instant_text

UNFINISHED = "unfinished"
PULL_LOCK = "pull.lock"
FOLDER_MODE = 0o700
FILE_MODE = 0o600


@dataclass(slots=True)
class Landing:
    """One ingest while it is being written. `write` may be called from several threads for different types."""

    ingest_id: str
    folder: Path
    header: dict[str, Any]
    writers: dict[str, TypeWriter] = field(default_factory=dict)
    rows: list[UnitRow] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    state: dict[str, Any] | None = None
    held: bytes | None = None
    forgotten: ForgottenPatients = field(default_factory=ForgottenPatients)

    def write(self, resource_type: str, lines: Iterable[bytes]) -> None:
        """Append lines (without their ends) to the files of a type, but those of forgotten patients.

        Raises:
            LandingFailed: the disk is full or the folder cannot be written.
        """
        name = safe_type(resource_type)
        with writing(self.folder):
            # setdefault, because type crawls meet here from their own threads.
            self.writers.setdefault(name, TypeWriter(self.folder, name)).write(self.forgotten.kept(lines))

    def add_row(self, row: UnitRow) -> None:
        """Append one unit to the ledger; the order of calls is the order of the file.

        Raises:
            LandingFailed: see `write`.
        """
        self.rows.append(row)
        with writing(self.folder), _open_private(self.folder / f"{LEDGER}.part", os.O_APPEND) as ledger:
            ledger.write(row.as_line().encode() + b"\n")

    def close(self, landed_at: datetime) -> list[LandedFile]:
        """Finish the files, then ledger and state, and last the manifest with `landed_at` (UTC, whole seconds).

        Raises:
            LandingFailed: see `write`; the ingest then stays open and does not count.
        """
        with writing(self.folder):
            files = [file for name in sorted(self.writers) for file in self.writers[name].close()]
            replace_file(self.folder / LEDGER, "".join(f"{row.as_line()}\n" for row in self.rows).encode())
            (self.folder / f"{LEDGER}.part").unlink(missing_ok=True)
            if self.state is not None:
                replace_file(self.folder / STATE, as_json(self.state))
            if self.held is not None:
                replace_file(self.folder / HELD, self.held)
            content = self.header | {
                "landed_at": instant_text(landed_at),
                "files": [file.as_json() for file in files],
                "deletions": [deletion.as_json() for deletion in self.deletions],
            }
            replace_file(self.folder / MANIFEST, as_json(content))
            sync_folder(self.folder.parent)
        return files

    def abandon(self) -> None:
        """Close the open files without finishing the ingest; an ingest that received nothing leaves no folder."""
        for writer in self.writers.values():
            writer.abandon()
        if not self.writers:
            for name in (f"{LEDGER}.part", MANIFEST):
                (self.folder / name).unlink(missing_ok=True)
            self.folder.rmdir()


@contextmanager
def open_landing(landing_root: Path, started_at: datetime, header: dict[str, Any]) -> Iterator[Landing]:
    """Open the folder of a new ingest and hold the landing's lock; an ingest not closed inside stays open.

    Raises:
        LandingFailed: another pull holds the lock, or the folder cannot be written.
    """
    with writing(landing_root):
        landing_root.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    with _locked(landing_root):
        with writing(landing_root):
            set_aside_leftovers(landing_root)
            landing = _create(landing_root, started_at, header)
        try:
            yield landing
        except BaseException:
            landing.abandon()
            raise


def closing_instant(landing_root: Path, now: datetime) -> datetime:
    """The `landed_at` of an ingest that closes now: UTC, whole seconds, later than every closed ingest.

    A clock that was set back must not make new knowledge look older than what it corrects.
    """
    instant = now.astimezone(UTC).replace(microsecond=0)
    newest = closed_manifests(landing_root)[-1:]
    if newest:
        instant = max(instant, datetime.fromisoformat(newest[0].landed_at) + timedelta(seconds=1))
    return instant


def set_aside_leftovers(landing_root: Path) -> int:
    """Move the folders of killed runs to ``unfinished/``; returns how many. Only while the lock is held."""
    closed = {manifest.folder for manifest in closed_manifests(landing_root)}
    moved = 0
    for manifest in sorted(landing_root.glob(f"*/{MANIFEST}")):
        if manifest.parent in closed:
            continue
        target = landing_root / UNFINISHED
        target.mkdir(mode=FOLDER_MODE, exist_ok=True)
        manifest.parent.rename(target / _free_name(target, manifest.parent.name))
        moved += 1
    return moved


def _create(landing_root: Path, started_at: datetime, header: dict[str, Any]) -> Landing:
    name = _free_name(landing_root, started_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"))
    folder = landing_root / name
    folder.mkdir(mode=FOLDER_MODE)
    content = {"ingest_id": name, "started_at": instant_text(started_at), "landed_at": None} | header
    replace_file(folder / MANIFEST, as_json(content | {"files": [], "deletions": []}))
    return Landing(name, folder, content, forgotten=read_forgotten(landing_root))


def _free_name(folder: Path, name: str) -> str:
    number = 1
    while (folder / (name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    return name if number == 1 else f"{name}-{number}"


@contextmanager
def _locked(landing_root: Path) -> Iterator[None]:
    with writing(landing_root):
        lock = _open_private(landing_root / PULL_LOCK, os.O_APPEND)
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LandingFailed(
                f"another pull is writing to {landing_root}. Nothing was landed; wait for it to end."
            ) from error
        yield


def _open_private(path: Path, flags: int) -> Any:  # noqa: ANN401 - the file object that os.fdopen gives
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | flags, FILE_MODE), "ab")


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Make one sentence of what the disk says about a landing folder.

    Raises:
        LandingFailed: in place of the system's error.
    """
    try:
        yield
    except OSError as error:
        raise LandingFailed(
            f"{folder} cannot be written ({error.strerror or type(error).__name__}). "
            "The pull was not closed and does not count; make room or mend the permissions, then run again."
        ) from error
