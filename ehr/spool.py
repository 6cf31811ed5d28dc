"""Patients that a pull has finished, kept until it closes: a killed pull goes on with those whose turn never came.

Landing files of a killed pull are of no use, because their compression was never ended. What each patient brought is
therefore laid aside whole, one file each, and read back by the next pull of the same plan instead of being asked for.
Nothing here is knowledge: it is removed when an ingest closes, and thrown away when the plan is another or it is old.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from ehr.landed_files import open_private, replace_file
from ehr.landing import FOLDER_MODE, UNFINISHED, writing
from ehr.ledger import UnitRow
from ehr.manifest import closed_manifests
from ehr.patients import PatientHarvest
from ehr.plan import PullPlan
from ehr.references import Pointers
from ehr.watermarks import Newest, scope_of

SPOOL = "patients"
META = "began.json"
LEVEL = 1
# Older than this, asking again is safer than going on: what changed meanwhile would come with the next pull only.
LONGEST_AGE = timedelta(days=1)


@dataclass(slots=True)
class Spool:
    """The laid-aside patients of one plan. `began` is when the first pull of the row began, by the server's clock."""

    folder: Path
    began: datetime
    ingest_id: str
    targets: frozenset[str]
    found: int = 0

    def lay_aside(self, harvest: PatientHarvest) -> None:
        """Keep what a patient brought, if it is whole. On a full disk it is not kept, and the landing will say so."""
        if any(row.status != "complete" for row in harvest.rows):
            return
        with contextlib.suppress(OSError):
            path = self._path(harvest.patient_id)
            part = path.with_suffix(".part")
            # Not synced: what a power cut spoils does not unpack, and is asked for again.
            with open_private(part) as stream:
                stream.write(gzip.compress(orjson.dumps(_as_json(harvest)), LEVEL, mtime=0))
            part.rename(path)

    def take(self, patient_id: str) -> PatientHarvest | None:
        """What a patient brought to a pull that was killed; None when that never came so far."""
        try:
            content = orjson.loads(gzip.decompress(self._path(patient_id).read_bytes()))
        except (OSError, EOFError, ValueError):
            return None
        self.found += 1
        return _from_json(content, self)

    def _path(self, patient_id: str) -> Path:
        # A patient's id is no file name.
        return self.folder / f"{hashlib.sha256(patient_id.encode()).hexdigest()}.json.gz"


def open_spool(plan: PullPlan, landing_root: Path, began: datetime, ingest_id: str, targets: frozenset[str]) -> Spool:
    """The spool of this plan: that of a killed pull, or a new one. Only while the landing's lock is held.

    Raises:
        LandingFailed: the landing folder cannot be written.
    """
    folder = landing_root / UNFINISHED / SPOOL
    key = plan_key(plan, landing_root)
    before = _meta(folder)
    if before is not None and before["key"] == key:
        first = datetime.fromisoformat(before["began"])
        if timedelta(0) <= began - first <= LONGEST_AGE:
            return Spool(folder, first, ingest_id, targets)
    shutil.rmtree(folder, ignore_errors=True)
    with writing(landing_root):
        folder.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
        folder.mkdir(mode=FOLDER_MODE)
        replace_file(folder / META, json.dumps({"key": key, "began": began.isoformat()}).encode())
    return Spool(folder, began, ingest_id, targets)


def clear_spool(landing_root: Path) -> None:
    """Throw away what was laid aside: an ingest has closed."""
    shutil.rmtree(landing_root / UNFINISHED / SPOOL, ignore_errors=True)


def plan_key(plan: PullPlan, landing_root: Path) -> str:
    """A hash of all that decides what is asked for; no ingest may have closed since."""
    content: list[Any] = [
        [manifest.landed_at for manifest in closed_manifests(landing_root)[-1:]],
        scope_of(plan),
        sorted((str(unit), since) for unit, since in plan.watermarks.items()),
        sorted((name, [day.isoformat() for day in days]) for name, days in plan.known_index_days.items()),
        sorted(plan.previous_roster),
        repr(plan.only),
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _meta(folder: Path) -> dict[str, Any] | None:
    try:
        content = json.loads((folder / META).read_text(encoding="utf-8"))
        return content if {"key", "began"} <= content.keys() else None
    except (OSError, ValueError, AttributeError):
        return None


def _as_json(harvest: PatientHarvest) -> dict[str, Any]:
    return {
        "patient_id": harvest.patient_id,
        "lines": {name: [line.decode() for line in lines] for name, lines in harvest.lines.items()},
        "rows": [asdict(row) for row in harvest.rows],
        "index_days": None if harvest.index_days is None else [day.isoformat() for day in harvest.index_days],
        "wanted": {name: sorted(ids) for name, ids in harvest.pointers.wanted.items()},
        "newest": {name: instant.isoformat() for name, instant in harvest.newest.by_type.items()},
        "asked_in_full": sorted(harvest.asked_in_full),
        "ids": {name: sorted(ids) for name, ids in harvest.ids.items()},
        "asked_for_all": harvest.asked_for_all,
        "links": None if harvest.links is None else sorted(harvest.links),
    }


def _from_json(content: dict[str, Any], spool: Spool) -> PatientHarvest:
    days = content["index_days"]
    return PatientHarvest(
        patient_id=content["patient_id"],
        lines={name: [line.encode() for line in lines] for name, lines in content["lines"].items()},
        rows=[replace(UnitRow(**row), ingest_id=spool.ingest_id) for row in content["rows"]],
        index_days=None if days is None else [date.fromisoformat(day) for day in days],
        pointers=Pointers(spool.targets, {name: set(ids) for name, ids in content["wanted"].items()}),
        newest=Newest({name: datetime.fromisoformat(instant) for name, instant in content["newest"].items()}),
        asked_in_full=set(content["asked_in_full"]),
        ids={name: set(ids) for name, ids in content["ids"].items()},
        asked_for_all=content["asked_for_all"],
        links=None if content["links"] is None else set(content["links"]),
    )
