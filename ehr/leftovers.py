"""What killed pulls of everyone had landed: where it lies, and whether it is of the plan that pulls now."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ehr.landed_files import replace_file, safe_type
from ehr.landed_lines import Leftover
from ehr.landing import FOLDER_MODE, UNFINISHED, writing
from ehr.plan import PullPlan
from ehr.spool import LONGEST_AGE, plan_key

META = "types.json"


@dataclass(frozen=True, slots=True)
class Leftovers:
    """The folders of killed pulls of this plan. `began` is when the first of the row began, by the server's clock."""

    began: datetime
    folders: tuple[Path, ...] = ()

    def of(self, resource_type: str) -> Leftover | None:
        """What is left of a type, from the pull that had come furthest; None where nothing is."""
        name = safe_type(resource_type)
        found = [tuple(sorted(folder.glob(f"{name}-[0-9]*.ndjson.gz*"))) for folder in self.folders]
        best = max(found, key=lambda files: sum(path.stat().st_size for path in files), default=())
        return Leftover(resource_type, best) if best else None


def open_leftovers(plan: PullPlan, landing_root: Path, began: datetime, ingest_id: str) -> Leftovers:
    """What killed pulls of this plan left, and a note for the next, should this one be killed. Only under the lock.

    Raises:
        LandingFailed: the landing folder cannot be written.
    """
    root = landing_root / UNFINISHED
    key, first, names = plan_key(plan, landing_root), began, []
    before = _meta(root / META)
    if before is not None and before["key"] == key:
        earlier = datetime.fromisoformat(before["began"])
        if timedelta(0) <= began - earlier <= LONGEST_AGE:
            first, names = earlier, [str(name) for name in before["ingests"]]
    with writing(landing_root):
        root.mkdir(mode=FOLDER_MODE, exist_ok=True)
        content = {"key": key, "began": first.isoformat(), "ingests": [*names, ingest_id]}
        replace_file(root / META, json.dumps(content).encode())
    return Leftovers(first, tuple(root / name for name in names if (root / name).is_dir()))


def forget_leftovers(landing_root: Path) -> None:
    """Forget what could have been taken up: an ingest has closed."""
    (landing_root / UNFINISHED / META).unlink(missing_ok=True)


def _meta(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return content if {"key", "began", "ingests"} <= content.keys() else None
    except (OSError, ValueError, AttributeError):
        return None
