"""Closed ingests as they stand in `landing/`: manifest, files, ledger, deletions.

An ingest counts once its manifest has `landed_at`; a folder without one is a pull that is running or was killed, and
is looked past. Nothing here changes a landed file.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.errors import LandingDamaged

MANIFEST = "manifest.json"
LEDGER = "ledger.jsonl"
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class LandedFile:
    """One file of an ingest; `landing_file` is its name under `landing/`, `lines` what the manifest counted."""

    path: Path
    landing_file: str
    resource_type: str | None
    lines: int
    sha256: str


@dataclass(frozen=True)
class Deletion:
    """A resource that the server no longer has, and how that was learned."""

    resource_type: str
    resource_id: str
    learned_by: str | None


@dataclass(frozen=True)
class ClosedIngest:
    """One pull that ended. `landed_at` is UTC text with whole seconds, as the manifest has it; `versions` is `arrival`
    where the server's own instants do not order its versions."""

    ingest_id: str
    landed_at: str
    source: str | None
    roster: str | None
    versions: str | None
    folder: Path
    files: tuple[LandedFile, ...]
    deletions: tuple[Deletion, ...]

    def ledger(self) -> list[dict[str, Any]]:
        """The rows of the fetch ledger; empty if the ingest has none.

        Raises:
            LandingDamaged: a line of the ledger is no JSON object.
        """
        path = self.folder / LEDGER
        if not path.is_file():
            return []
        return read_json_lines(path)


def closed_ingests(landing: Path) -> list[ClosedIngest]:
    """Every closed ingest under `landing/`, oldest first; two of one second go by name.

    Raises:
        LandingDamaged: a manifest cannot be read.
    """
    found = [_ingest(path) for path in sorted(landing.glob(f"*/{MANIFEST}"))]
    return sorted((ingest for ingest in found if ingest), key=lambda ingest: (ingest.landed_at, ingest.ingest_id))


def open_lines(file: LandedFile) -> Iterator[bytes]:
    """The lines of a landed file without their ends, gzip or plain.

    Raises:
        LandingDamaged: the file is missing or cut off.
    """
    for block in line_blocks(file):
        yield from block


def line_blocks(file: LandedFile) -> Iterator[list[bytes]]:
    """The same, many lines at a time.

    Raises:
        LandingDamaged: the file is missing or cut off.
    """
    opener = gzip.open if file.path.suffix == ".gz" else open
    rest = b""
    try:
        with opener(file.path, "rb") as content:
            while block := content.read(_BLOCK_BYTES):
                # Splitting a block takes a tenth of the time of asking a file for its lines.
                *lines, rest = (rest + block).split(b"\n")
                yield [line.rstrip(b"\r") for line in lines] if b"\r" in block else lines
    except (OSError, EOFError) as error:
        raise LandingDamaged(
            f"{file.landing_file} cannot be read ({type(error).__name__}). Nothing of this ingest was loaded; "
            "restore the file from the backup, or fetch again."
        ) from error
    if rest:
        yield [rest.rstrip(b"\r")]


def check_file(file: LandedFile) -> None:
    """Compare a landed file with its manifest before anything of it is used.

    Raises:
        LandingDamaged: it is missing, or its bytes are not the ones that were landed.
    """
    if not file.path.is_file():
        raise LandingDamaged(f"{file.landing_file} is named in the manifest and not there. Nothing of it was loaded.")
    with file.path.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != file.sha256:
        raise LandingDamaged(
            f"{file.landing_file} differs from its manifest (sha256). Nothing of this ingest was loaded; "
            "restore the file from the backup, or fetch again."
        )


def read_json_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file of JSON lines; blank lines are skipped.

    Raises:
        LandingDamaged: the file cannot be read or a line is no JSON object; the message names the line only.
    """
    try:
        texts = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise LandingDamaged(f"{path} cannot be read ({type(error).__name__}). Nothing of it was loaded.") from error
    rows = []
    for number, text in enumerate(texts, start=1):
        if not text.strip():
            continue
        try:
            row = json.loads(text)
        except ValueError as error:
            raise LandingDamaged(f"{path}, line {number} is no JSON. Nothing of it was loaded.") from error
        if not isinstance(row, dict):
            raise LandingDamaged(f"{path}, line {number} is no JSON object. Nothing of it was loaded.")
        rows.append(row)
    return rows


def _ingest(manifest: Path) -> ClosedIngest | None:
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
        if not content.get("landed_at"):
            return None
        return ClosedIngest(
            ingest_id=content["ingest_id"],
            landed_at=content["landed_at"],
            source=content.get("source"),
            roster=content.get("roster"),
            versions=content.get("versions"),
            folder=manifest.parent,
            files=tuple(_file(manifest.parent, row) for row in content.get("files", [])),
            deletions=tuple(_deletion(row) for row in content.get("deletions", [])),
        )
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise LandingDamaged(f"{manifest} cannot be read ({type(error).__name__}). Nothing was loaded.") from error


def _file(folder: Path, row: dict[str, Any]) -> LandedFile:
    return LandedFile(
        path=folder / row["name"],
        landing_file=f"{folder.name}/{row['name']}",
        resource_type=row.get("resource_type"),
        lines=row["lines"],
        sha256=row["sha256"],
    )


def _deletion(row: dict[str, Any]) -> Deletion:
    return Deletion(row["resource_type"], row["resource_id"], row.get("learned_by"))
