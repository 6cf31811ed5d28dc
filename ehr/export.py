"""A pull by bulk export: one job for all types, proved type by type, and by search what it left out.

The level follows the roster: everything (`all`), the members of a Group (`group`), or all patients, of whom only the
roster's are kept (`patients`, `search`). A type is complete when the server's own count of it came; where the export
falls short of the count, or cannot be counted and had faults, the type is asked for by search.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ehr.bundles import Resource
from ehr.client import Client
from ehr.distinct import Distinct
from ehr.errors import PlanRefused, RequestRefused, TimeIsUp, UnitFailed
from ehr.export_bounds import Bounds
from ehr.export_files import FileReader, FileTally, Line, named_type
from ehr.export_job import ExportJob, JobLost
from ehr.export_manifest import ExportFile, Manifest, safe_since
from ehr.forgotten import owner_of
from ehr.landing import Landing
from ehr.ledger import Status, UnitRow
from ehr.manifest import Deletion
from ehr.plan import PullPlan
from ehr.references import ALWAYS_WANTED
from ehr.watermarks import OVERLAP, since_of

TRIES = 2
FATAL = frozenset({"error", "fatal"})


@dataclass(slots=True)
class Haul:
    """What an export brought of one type."""

    files: int = 0
    received: int = 0
    counted: int | None = 0
    ids: Distinct = field(default_factory=Distinct)
    faults: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Export:
    """One export into one landing. `members` None: nobody is left out. `note` sees each kept resource."""

    client: Client
    plan: PullPlan
    landing: Landing
    members: frozenset[str] | None
    note: Callable[[Resource], None]
    is_over: Callable[[], bool]
    now: datetime
    bounds: Bounds
    hauls: dict[str, Haul] = field(default_factory=dict)
    refusal: str | None = None
    known_at: datetime | None = None
    errors: list[str] = field(default_factory=list)
    resources: int = 0

    def run(self, job_folder: Path, types: Sequence[str]) -> None:
        """Export the types; what is missing afterwards stands in `hauls`, and `known_at` when the next must begin.

        Files that expired are made again by another job for their types; what is done stays.

        Raises:
            PlanRefused: the server does not export at this level.
            TokenRefused: see `Client.get`.
            TimeIsUp: before the job was done; it goes on with the next pull.
        """
        self.hauls = {name: Haul() for name in types}
        wanted = list(types)
        for attempt in range(1, TRIES + 1):
            expired = self._one_job(job_folder, wanted, last=attempt == TRIES)
            if not expired:
                return
            wanted = [name for name in types if name in expired]
            for name in wanted:
                self.hauls[name].faults.clear()

    def _one_job(self, job_folder: Path, types: Sequence[str], *, last: bool) -> set[str]:
        """Carry out one job; the types to be exported once more (none after the `last`)."""
        basic = [("_type", ",".join(types)), ("_outputFormat", "application/fhir+ndjson")]
        bare = [*basic, *self.bounds.asked_barely()]
        job = ExportJob(
            self.client, self._path, [*basic, *self.bounds.asked(types)], job_folder, bare, is_over=self.is_over
        )
        try:
            manifest = self._finished(job)
        except TimeIsUp:
            raise
        except UnitFailed as error:
            job.forget()
            for name in types:
                self.hauls[name].faults.append(str(error))
            return set()
        known_at = safe_since(job.began or self.now, manifest.transaction_at, OVERLAP)
        self.known_at = min(self.known_at or known_at, known_at)
        gone = self._read(manifest)
        self.refusal = self.refusal or job.refusal
        job.let_go()
        return set() if last else gone

    def _finished(self, job: ExportJob) -> Manifest:
        for _ in range(TRIES):
            try:
                job.begin(self.now)
            except RequestRefused as error:
                raise PlanRefused(
                    f"{self.client.access.host} refuses {self._path} ({error}). Nothing was landed; "
                    'use server.source = "search", or another roster.'
                ) from error
            try:
                return job.wait()
            except JobLost:
                job.forget()
        raise JobLost("the server forgets its exports before they are done")

    @property
    def _path(self) -> str:
        level = level_of(self.plan)
        if level == "system":
            return "$export"
        return f"Group/{self.plan.group}/$export" if level == "Group" else "Patient/$export"

    def _read(self, manifest: Manifest) -> set[str]:
        gone = set()
        reader = FileReader(self.client, manifest.needs_token, self._take)
        for file in manifest.output:
            tally = reader.read(file)
            haul = self.hauls.get(file.resource_type)
            if haul is not None:
                haul.files += 1
                haul.counted = None if haul.counted is None or file.count is None else haul.counted + file.count
            if fault := tally.fault(file):
                self._blame(file, haul, fault)
                gone |= self._types_of(file) if tally.gone else set()
        for file in (*manifest.deleted, *manifest.error):
            self._read_aside(file, is_error=file in manifest.error)
        return gone

    def _types_of(self, file: ExportFile) -> set[str]:
        return {file.resource_type} if file.resource_type in self.hauls else set(self.hauls)

    def _blame(self, file: ExportFile, haul: Haul | None, fault: str) -> None:
        # A file without a type may have held anything.
        for blamed in [haul] if haul is not None else self.hauls.values():
            blamed.faults.append(fault)

    def _read_aside(self, file: ExportFile, *, is_error: bool) -> None:
        take = self._take_outcomes if is_error else self._take_deletions
        tally: FileTally = FileReader(self.client, None, take).read(file)
        if fault := tally.fault(file):
            self.errors.append(f"a file of {'errors' if is_error else 'deletions'}: {fault}")

    def _take(self, lines: list[Line], file: ExportFile) -> None:
        by_type: dict[str, list[bytes]] = {}
        for resource, line in lines:
            name = (resource or {}).get("resourceType") if resource else named_type(line) or file.resource_type
            if not isinstance(name, str) or not self._wants(name, resource):
                continue
            by_type.setdefault(name, []).append(line)
            haul = self.hauls.setdefault(name, Haul())
            haul.received += 1
            if resource is not None:
                haul.ids.add(hash(str(resource.get("id") or line)))
                self.note(resource)
        for name, kept in by_type.items():
            self.landing.write(name, kept)
            self.resources += len(kept)

    def _wants(self, name: str, resource: Resource | None) -> bool:
        # Servers send types that were not asked for, headers between the lines, and patients of no concern.
        if name not in self.plan.types and name not in ALWAYS_WANTED:
            return False
        owner = owner_of(resource) if resource is not None else None
        return self.members is None or owner is None or owner in self.members

    def _take_deletions(self, lines: list[Line], file: ExportFile) -> None:
        for bundle, _ in lines:
            for entry in (bundle or {}).get("entry") or ():
                request = entry.get("request") if isinstance(entry, dict) else None
                parts = str((request or {}).get("url", "")).split("/")
                if (request or {}).get("method") == "DELETE" and len(parts) >= 2:
                    self.landing.deletions.append(Deletion(parts[-2], parts[-1], "export"))

    def _take_outcomes(self, lines: list[Line], file: ExportFile) -> None:
        for outcome, _ in lines:
            for issue in (outcome or {}).get("issue") or ():
                if isinstance(issue, dict) and issue.get("severity") in FATAL:
                    self.errors.append(f"the export says: {str(issue.get('code', 'unknown'))[:40]}")


def unit_name(bounds: Bounds, name: str) -> str:
    """The unit of a type. A window proves nothing about the whole type: under its own name it leaves no watermark."""
    return f"window {name}" if bounds.windows.get(name) else f"type {name}"


def common_since(plan: PullPlan, types: Sequence[str], newcomers: bool) -> str | None:
    """From when everything must be exported: an export has one instant for all types, so the earliest of them.

    None, in full, while any type is not known, and when patients are new: their older data have not changed.
    """
    instants = [since_of(plan, name, None) for name in types]
    if newcomers or not instants or None in instants:
        return None
    return min(instant for instant in instants if instant is not None)


def level_of(plan: PullPlan) -> str:
    """The level of the export that a roster wants: `system`, `Group` or `Patient`."""
    return {"all": "system", "group": "Group"}.get(plan.roster, "Patient")


def type_row(export: Export, name: str, server_count: int | None) -> UnitRow:
    """The ledger row of one type after the export, before any search."""
    haul = export.hauls[name]
    came = haul.ids.count()
    counted = server_count if server_count is not None else haul.counted if haul.files else None
    faults = sorted({*haul.faults, *(export.errors if server_count is None else ())})
    if counted is not None and came < counted:
        faults.insert(0, f"the server counts {counted}, {came} came")
    elif server_count is not None:
        faults = []
    elif counted is None and haul.files:
        faults.append("the server gives no count to compare with")
    status: Status = ("incomplete" if came else "failed") if faults else "complete"
    return UnitRow(
        ingest_id=export.landing.ingest_id,
        unit=unit_name(export.bounds, name),
        resource_type=name,
        patient_id=None,
        asked=haul.files,
        received=haul.received,
        distinct_received=came,
        server_count=counted,
        attempts=1,
        status=status,
        reason="; ".join(faults) or None,
    )
