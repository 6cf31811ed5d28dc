"""The door: carry out one pull and land what it brought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from ehr.absences import Absences
from ehr.capability import Capability, read_capability
from ehr.client import Client
from ehr.crawl import Crawl
from ehr.errors import PlanRefused
from ehr.folder import land_folder
from ehr.garbage import seldom_collected
from ehr.held import read_held
from ehr.landed_files import LandedFile
from ehr.landing import Landing, closing_instant, open_landing
from ehr.ledger import UnitRow, count_statuses
from ehr.leftovers import forget_leftovers
from ehr.open_units import leave_as_it_was, open_units, replaced_files, still_open
from ehr.plan import ProgressEvent, PullPlan, PullReceipt
from ehr.profiles import read_profile
from ehr.spool import clear_spool
from ehr.watermarks import continue_from, history_since, newest_state, server_clock, server_name
from ehr.withdrawals import Withdrawals

__all__ = ["continue_from", "pull"]

Report = Callable[[ProgressEvent], None]


def pull(
    plan: PullPlan, landing_root: Path, *, clock: Callable[[], datetime], report: Report = lambda event: None
) -> PullReceipt:
    """Pull from a server or a folder into a new ingest under `landing_root`, and close it.

    An ingest that ends here counts, also when units failed: the receipt and the ledger say what is missing. `clock`
    gives aware instants. Counts go to `report` while it runs, always from the caller's own thread.

    Raises:
        ServerUnreachable, TokenRefused, PlanRefused, LandingFailed: no ingest was closed; the message says why.
    """
    if plan.source == "folder":
        return _pull_folder(plan, landing_root, clock, report)
    if plan.source not in ("search", "export") or plan.access is None:
        raise PlanRefused(f"the source {plan.source} cannot be pulled: give a server, or a folder. Nothing was landed.")
    with seldom_collected(), closing(Client(plan.access)) as client:
        started_at = clock()
        capability = read_capability(client)
        began = server_clock(client.date_header, started_at)
        with open_landing(landing_root, started_at, _header(plan)) as landing:
            crawl = Crawl(
                client,
                plan,
                capability,
                landing,
                report,
                began,
                _withdrawals(client, plan, capability, landing, clock),
                open_units(plan, landing_root),
                is_over=partial(is_over, plan, clock),
            )
            patients = crawl.run()
            if plan.only is not None:
                leave_as_it_was(landing, plan, newest_state(plan, landing_root), open_units(plan, landing_root))
            return _close(landing, landing_root, clock, patients)


def _withdrawals(
    client: Client, plan: PullPlan, capability: Capability, landing: Landing, clock: Callable[[], datetime]
) -> Withdrawals:
    """How this pull learns what the server took back, with what is held of it where that must be compared."""
    root = landing.folder.parent
    found = Withdrawals(
        client,
        plan,
        capability,
        landing,
        since=history_since(plan, root) if plan.only is None else None,
        is_over=partial(is_over, plan, clock),
        refused=set((newest_state(plan, root) or {}).get("without_history", ())),
    )
    if found.wants_held:
        found.absences = Absences(read_held(root, server_name(plan)))
    return found


def is_over(plan: PullPlan, clock: Callable[[], datetime]) -> bool:
    """Whether the time of this pull is up; never without a limit."""
    return plan.until is not None and clock() >= plan.until


def _pull_folder(plan: PullPlan, landing_root: Path, clock: Callable[[], datetime], report: Report) -> PullReceipt:
    with open_landing(landing_root, clock(), _header(plan)) as landing:
        land_folder(plan.folder, landing, report)
        before = open_units(plan, landing_root)
        for row in replaced_files(before, landing.rows, landing.ingest_id):
            landing.add_row(row)
        landing.state = {"server": None, "open": still_open(before, landing.rows)}
        return _close(landing, landing_root, clock, None)


def _header(plan: PullPlan) -> dict[str, Any]:
    return {
        "source": plan.source,
        "server_url": plan.access.host if plan.access and plan.source != "folder" else None,
        "roster": plan.roster if plan.source != "folder" else None,
        "types": {name: list(window) if window else None for name, window in plan.types.items()},
        "versions": read_profile(plan.profile).versions,
    }


def _close(landing: Landing, landing_root: Path, clock: Callable[[], datetime], patients: int | None) -> PullReceipt:
    landed_at = closing_instant(landing_root, clock())
    files = landing.close(landed_at)
    clear_spool(landing_root)
    forget_leftovers(landing_root)
    return _receipt(landing, landed_at, files, patients)


def _receipt(landing: Landing, landed_at: datetime, files: Sequence[LandedFile], patients: int | None) -> PullReceipt:
    missing: dict[str, set[str]] = defaultdict(set)
    for row in landing.rows:
        if row.status != "complete":
            missing[row.resource_type].add(_subject(row))
    whom = {row.patient_id for row in landing.rows if row.status != "complete" and row.patient_id is not None}
    return PullReceipt(
        ingest_id=landing.ingest_id,
        landed_at=landed_at,
        files=len(files),
        resources=sum(file.lines for file in files),
        deletions=len(landing.deletions),
        patients=patients,
        units=count_statuses(landing.rows),
        incomplete_patients=len(whom),
        incomplete_types={name: len(subjects) for name, subjects in sorted(missing.items())},
    )


def _subject(row: UnitRow) -> str:
    return f"Patient/{row.patient_id}" if row.patient_id is not None else row.unit
