"""A folder of NDJSON files as a source: plain or gzip, in any layout, every line kept as it came.

The type of a line is taken from its content, since bulk exports mix types in one file. A line that is no JSON is
landed too, under the type it names or the name of its file: whoever loads it says what is wrong with it.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from ehr.errors import PlanRefused
from ehr.landing import Landing
from ehr.ledger import Status, UnitRow
from ehr.manifest import Deletion
from ehr.plan import ProgressEvent

DELETIONS = "deletions.ndjson"
LINES_A_BATCH = 2_000
BOM = b"\xef\xbb\xbf"
_NAMED_TYPE = re.compile(rb'"resourceType"\s*:\s*"([A-Za-z]{1,64})"')
_STEM = re.compile(r"[A-Za-z]+")


@dataclass(slots=True)
class FileTally:
    """What a file held; `ended`: its last line has an end, `broken`: the error that ended the reading."""

    lines: int = 0
    unreadable: int = 0
    last_unreadable: bool = False
    ended: bool = True
    broken: str | None = None
    keys: set[tuple[str, str]] = field(default_factory=set)


def land_folder(folder: Path | None, landing: Landing, report: Callable[[ProgressEvent], None]) -> None:
    """Land every line of every ``*.ndjson`` and ``*.ndjson.gz`` under a folder, one ledger row per file.

    Raises:
        PlanRefused: the folder is not given, does not exist or holds no such file.
        LandingFailed: see `Landing.write`.
    """
    if folder is None or not folder.is_dir():
        raise PlanRefused(f"there is no folder {folder or 'in server.folder'} to read. Nothing was landed.")
    paths = [path for path in sorted([*folder.rglob("*.ndjson"), *folder.rglob("*.ndjson.gz")]) if path.is_file()]
    files = [path for path in paths if path.name != DELETIONS]
    if not files:
        raise PlanRefused(f"the folder {folder} holds no *.ndjson or *.ndjson.gz file. Nothing was landed.")
    landed = 0
    for done, path in enumerate(files, start=1):
        row = _land_file(path, str(path.relative_to(folder)), landing)
        landing.add_row(row)
        landed += row.received
        report(ProgressEvent("files", done, len(files), landed))
    for path in paths:
        if path.name == DELETIONS:
            landing.deletions += _read_deletions(path)


def _land_file(path: Path, name: str, landing: Landing) -> UnitRow:
    tally = FileTally()
    fallback = match.group() if (match := _STEM.match(path.name)) else "Unknown"
    batch: dict[str, list[bytes]] = {}
    try:
        for line in _read_lines(path, tally):
            batch.setdefault(_note(line, fallback, tally), []).append(line)
            if tally.lines % LINES_A_BATCH == 0:
                _write(batch, landing)
    except (OSError, EOFError, zlib.error) as error:
        tally.broken = type(error).__name__
    _write(batch, landing)
    status, reason = _judge(tally)
    types = {key[0] for key in tally.keys}
    return UnitRow(
        ingest_id=landing.ingest_id,
        unit=f"file {name}",
        resource_type=types.pop() if len(types) == 1 else fallback,
        patient_id=None,
        asked=1,
        received=tally.lines,
        distinct_received=len(tally.keys),
        server_count=None,
        attempts=1,
        status=status,
        reason=reason,
    )


def _judge(tally: FileTally) -> tuple[Status, str | None]:
    if tally.broken:
        status: Status = "incomplete" if tally.lines else "failed"
        return status, f"the file cannot be read to its end ({tally.broken})"
    if tally.last_unreadable and not tally.ended:
        return "incomplete", "the last line is cut"
    return "complete", f"{tally.unreadable} lines are no JSON" if tally.unreadable else None


def _write(batch: dict[str, list[bytes]], landing: Landing) -> None:
    for resource_type, lines in batch.items():
        landing.write(resource_type, lines)
    batch.clear()


def _read_lines(path: Path, tally: FileTally) -> Iterator[bytes]:
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        for number, line in enumerate(lines):
            tally.ended = line.endswith(b"\n")
            text = line.removeprefix(BOM) if number == 0 else line
            if text := text.rstrip(b"\r\n"):
                yield text


def _note(line: bytes, fallback: str, tally: FileTally) -> str:
    tally.lines += 1
    try:
        resource = orjson.loads(line)
    except orjson.JSONDecodeError:
        tally.unreadable += 1
        tally.last_unreadable = True
        named = _NAMED_TYPE.search(line)
        return named.group(1).decode() if named else fallback
    tally.last_unreadable = False
    named_type = resource.get("resourceType") if isinstance(resource, dict) else None
    if not isinstance(named_type, str):
        return fallback
    tally.keys.add((named_type, str(resource.get("id") or f"\n{hash(line)}")))
    return named_type


def _read_deletions(path: Path) -> Iterator[Deletion]:
    for line in path.read_bytes().splitlines():
        if line.strip():
            row = orjson.loads(line)
            yield Deletion(str(row["resource_type"]), str(row["resource_id"]), "folder")
