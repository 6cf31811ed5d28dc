"""What can be said of an installation in one screen: issue, completeness, newest data, lock, disk, versions.

Reads manifests, ledgers, the readers' folder and `status.json`; never the archive, so it answers while a run writes.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ehr.comparison import UNTOLD
from ehr.manifest import closed_manifests
from flows.context import software_version
from flows.settings import Settings
from reports.index import issued_weeks
from warehouse import lock_holder
from warehouse.ingests import ClosedIngest, closed_ingests

__all__ = ["gather", "last_runs"]

SHOWN_VERSIONS = ("prefect", "duckdb", "fhir.resources", "great-expectations")


def gather(settings: Settings) -> dict[str, Any]:
    """The facts of the status screen; counts, names and instants only, None where there is nothing yet."""
    weeks = issued_weeks(settings.reports)
    last = max(weeks, key=lambda entry: (entry["as_of"], entry["data_date"]), default=None)
    ingests = closed_ingests(settings.landing)
    runs = last_runs(settings.home)
    newest_run = max(runs.values(), key=lambda run: str(run["ended_at"]), default=None)
    return {
        "last_run": newest_run and f"{newest_run['flow']} at {newest_run['ended_at']}: {newest_run['sentence']}",
        "last_issue": last and f"{last['protocol']} {last['week']}",
        "last_through": last and last["data_date"],
        "last_known_at": last and last["as_of"],
        "last_outcome": last and last["outcome"],
        "missing": last and "; ".join(last["missing"]),
        "weeks_issued": len(weeks),
        "ingests": len(ingests),
        "newest_landing": ingests[-1].landed_at if ingests else None,
        "newest_data": newest_data(settings.landing),
        "completeness": completeness(ingests[-1]) if ingests else [],
        "deletions_untold": untold_deletions(ingests[-1]) if ingests else None,
        "writing": writing(settings.store),
        "disk": disk(settings.home),
        "versions": versions(),
        "home": str(settings.home),
        "runs": runs,
    }


def last_runs(home: Path) -> dict[str, dict[str, Any]]:
    """The last end of each flow as status.json keeps it; empty before the first."""
    try:
        found: dict[str, dict[str, Any]] = json.loads((home / "status.json").read_text(encoding="utf-8"))["runs"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return found


def completeness(ingest: ClosedIngest) -> list[dict[str, Any]]:
    """Units of the newest pull by type: all, and those that are not complete by status."""
    found: dict[str, Counter[str]] = {}
    for row in ingest.ledger():
        found.setdefault(row["resource_type"], Counter())[row["status"]] += 1
    return [
        {
            "resource_type": name,
            "units": counts.total(),
            **{status: counts[status] for status in ("complete", "incomplete", "failed", "pending")},
        }
        for name, counts in sorted(found.items())
    ]


def untold_deletions(ingest: ClosedIngest) -> str | None:
    """Types whose deletions the server tells nobody, as the newest pull found; None where there are none."""
    untold = {row["resource_type"] for row in ingest.ledger() if str(row["reason"]).startswith(UNTOLD)}
    return ", ".join(sorted(untold)) or None


def newest_data(landing: Path) -> str | None:
    """Server time up to which the newest pull has asked for changes; None for a folder of files."""
    for manifest in reversed(closed_manifests(landing)):
        state = manifest.state()
        if state is not None:
            since = [*state["types"].values()]
            since += [text for known in state["patients"].values() for text in known["since"].values()]
            return max(since, default=None)
    return None


def writing(store: Path) -> str | None:
    """Who writes now; a holder that was killed left its name in the file and is not shown."""
    holder = lock_holder(store)
    if holder is None or not is_alive(holder.process_id):
        return None
    return f"{holder.flow_run} since {holder.started_at}, process {holder.process_id}"


def is_alive(process_id: int) -> bool:
    """Whether a process of this number runs on this machine."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def disk(home: Path) -> dict[str, int]:
    """Bytes of landing/, store/ and reports/, and what is free where they stand."""
    sizes = {f"{name}_bytes": folder_bytes(home / name) for name in ("landing", "store", "reports")}
    return sizes | {"free_bytes": shutil.disk_usage(home).free if home.is_dir() else 0}


def folder_bytes(folder: Path) -> int:
    """Bytes of the files in a folder; one that a run takes away meanwhile does not count."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(parent) / name).stat().st_size
            except FileNotFoundError:
                continue
    return total


def versions() -> dict[str, str]:
    """Our version and those that matter when something is reported."""
    shown = {"nadir": software_version(), "python": platform.python_version()}
    for name in SHOWN_VERSIONS:
        try:
            shown[name] = version(name)
        except PackageNotFoundError:
            continue
    return shown
