"""The manifest of an ingest, its state for the next one, and where both lie."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ehr.errors import LandingFailed

MANIFEST = "manifest.json"
LEDGER = "ledger.jsonl"
STATE = "state.json"
HELD = "held.ndjson.gz"


@dataclass(frozen=True, slots=True)
class Deletion:
    """A resource that the server no longer has; `learned_by` is `history`, `read` or `folder`."""

    resource_type: str
    resource_id: str
    learned_by: str

    def as_json(self) -> dict[str, str]:
        """The deletion's entry in the manifest."""
        return {"resource_type": self.resource_type, "resource_id": self.resource_id, "learned_by": self.learned_by}


@dataclass(frozen=True, slots=True)
class ClosedManifest:
    """What is read back from the manifest of a closed ingest."""

    folder: Path
    landed_at: str

    def state(self) -> dict[str, Any] | None:
        """What the ingest left for the next one; None when it left nothing."""
        path = self.folder / STATE
        if not path.is_file():
            return None
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            # Without it the next pull reads everything again, which is slow and right.
            return None
        return state if isinstance(state, dict) else None


def closed_manifests(landing_root: Path) -> list[ClosedManifest]:
    """The closed ingests, oldest first.

    Raises:
        LandingFailed: a manifest is damaged. It was written whole, so it may be that of a closed ingest, and nothing
            can be said about what is known until it is mended.
    """
    found = []
    for path in landing_root.glob(f"*/{MANIFEST}"):
        try:
            landed_at = json.loads(path.read_text(encoding="utf-8")).get("landed_at")
        except (ValueError, AttributeError) as error:
            raise LandingFailed(f"{path} is damaged. Nothing was landed; restore the file from the backup.") from error
        if isinstance(landed_at, str):
            found.append(ClosedManifest(path.parent, landed_at))
    return sorted(found, key=lambda manifest: (manifest.landed_at, manifest.folder.name))


def instant_text(instant: datetime) -> str:
    """An instant as UTC text with whole seconds.

    >>> instant_text(datetime(2026, 3, 2, 8, 0, 0, 5, tzinfo=UTC))
    '2026-03-02T08:00:00Z'
    """
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_json(content: dict[str, Any]) -> bytes:
    """JSON for a file that people may open."""
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"
