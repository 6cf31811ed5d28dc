"""A landing folder made of a few lines: `landing.ingest(at, Observation=[...])` closes one ingest."""

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

Resource = dict[str, Any]


@dataclass
class LandingFolder:
    """Writes what `ehr` would have written."""

    path: Path

    def ingest(
        self,
        landed_at: str | None,
        *lines: Resource | str,
        deletions: list[tuple[str, str]] | None = None,
        ledger: list[Resource] | None = None,
        versions: str = "updated",
    ) -> Path:
        """One ingest with one file; `landed_at` None leaves it open. A text is a line as it stands."""
        number = len(list(self.path.glob("*/manifest.json"))) + 1
        folder = self.path / f"ingest-{number:02d}"
        folder.mkdir(parents=True, mode=0o700)
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        content = gzip.compress("".join(f"{text}\n" for text in texts).encode(), mtime=0)
        (folder / "Mixed-0001.ndjson.gz").write_bytes(content)
        file = {
            "name": "Mixed-0001.ndjson.gz",
            "resource_type": None,
            "lines": len(texts),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        gone = [{"resource_type": t, "resource_id": i, "learned_by": "read"} for t, i in deletions or []]
        (folder / "ledger.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ledger or []))
        manifest = {"ingest_id": folder.name, "landed_at": landed_at, "source": "folder", "roster": "all"}
        manifest["versions"] = versions
        (folder / "manifest.json").write_text(json.dumps(manifest | {"files": [file], "deletions": gone}))
        return folder


@pytest.fixture
def landing(tmp_path: Path) -> LandingFolder:
    return LandingFolder(tmp_path / "landing")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The store's folder, not made yet."""
    return tmp_path / "store"


def patient(name: str, version: str = "1", updated: str = "2020-01-01T00:00:00Z", **more: object) -> Resource:
    """A Patient that can be used."""
    return {"resourceType": "Patient", "id": name, "meta": {"versionId": version, "lastUpdated": updated}, **more}


@pytest.fixture
def person() -> Any:
    return patient
