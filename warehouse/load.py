"""From `landing/` into the archive: each closed ingest once, in the order in which it was closed.

One ingest is one transaction, so that a process which is killed leaves whole ingests or nothing. What is known from
when depends on `landed_at` in the manifest and never on the moment of loading.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass
from itertools import islice
from pathlib import Path

from mappings.shape_judge import Line, ShapeJudge
from warehouse.connection import Connection, append_rows, disk_errors, transaction
from warehouse.errors import LandingDamaged, LandingOutOfOrder
from warehouse.ingests import ClosedIngest, LandedFile, check_file, closed_ingests, open_lines
from warehouse.issued import load_issued
from warehouse.lines import LandedLine, read_line
from warehouse.schema import open_archive
from warehouse.statements import run_statement
from warehouse.store import archive_path

_BATCH_LINES = 5_000
_LEDGER_COLUMNS = (
    "unit",
    "resource_type",
    "patient_id",
    "asked",
    "received",
    "distinct_received",
    "server_count",
    "attempts",
    "status",
    "reason",
)


@dataclass(frozen=True)
class LineCounts:
    """Where the lines of a file went: `lines` = stored + duplicates + rejects + blank."""

    lines: int = 0
    stored: int = 0
    duplicates: int = 0
    rejects: int = 0
    blank: int = 0
    findings: int = 0

    def __add__(self, other: "LineCounts") -> "LineCounts":
        return LineCounts(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class LoadReceipt:
    """What a load did: ingests that were new, where their lines went, deletions learned. All counts."""

    ingests: int
    lines: LineCounts
    deletions: int


def load_landing(store: Path, landing: Path, *, threads: int | None = None, memory: str | None = None) -> LoadReceipt:
    """Load every closed ingest that the archive does not have, then verdicts and issued figures.

    The caller holds the lock. A second call changes nothing.

    Raises:
        LandingDamaged: a file differs from its manifest; nothing of its ingest was loaded, earlier ones were.
        LandingOutOfOrder: an ingest older than the newest loaded one has appeared; `nadir store rebuild` mends that.
        StoreUnreadable: the archive cannot be opened or written, such as on a full disk.
    """
    path = archive_path(store)
    with (
        disk_errors(path, "What was loaded before is kept."),
        closing(open_archive(path, threads=threads, memory=memory)) as archive,
    ):
        return load_into(archive, landing)


def load_into(archive: Connection, landing: Path) -> LoadReceipt:
    """The same on an archive that is open already."""
    counts, deletions = LineCounts(), 0
    new = _new_ingests(archive, closed_ingests(landing))
    judge = ShapeJudge()
    for ingest in new:
        with transaction(archive), _collection_paused():
            counts += _load_ingest(archive, ingest, judge)
        deletions += len(ingest.deletions)
    with transaction(archive):
        load_issued(archive, landing)
    return LoadReceipt(len(new), counts, deletions)


def _new_ingests(archive: Connection, closed: Sequence[ClosedIngest]) -> list[ClosedIngest]:
    loaded = {str(row[0]) for row in archive.table("ops.loaded_ingests").project("ingest_id").fetchall()}
    new = [ingest for ingest in closed if ingest.ingest_id not in loaded]
    done = [ingest.landed_at for ingest in closed if ingest.ingest_id in loaded]
    for ingest in new:
        if done and ingest.landed_at < max(done):
            raise LandingOutOfOrder(
                f"Ingest {ingest.ingest_id} was closed before another one that is loaded already. Nothing was loaded, "
                "because what was known when would change; run `nadir store rebuild`."
            )
    return new


def _load_ingest(archive: Connection, ingest: ClosedIngest, judge: ShapeJudge) -> LineCounts:
    for file in ingest.files:
        check_file(file)
    run_statement(archive, "incoming")
    landed_at = ingest.landed_at
    append_rows(archive, "ops.loaded_ingests", [(ingest.ingest_id, landed_at, ingest.source, ingest.roster)])
    append_rows(
        archive,
        "raw.deletions",
        [(row.resource_type, row.resource_id, landed_at, row.learned_by) for row in ingest.deletions],
    )
    append_rows(
        archive,
        "ops.fetch_ledger",
        [(ingest.ingest_id, *(row.get(name) for name in _LEDGER_COLUMNS), landed_at) for row in ingest.ledger()],
    )
    total = LineCounts()
    for file in ingest.files:
        total += _load_file(archive, ingest, file, judge)
    return total


def _load_file(archive: Connection, ingest: ClosedIngest, file: LandedFile, judge: ShapeJudge) -> LineCounts:
    counts = LineCounts()
    numbered = enumerate(open_lines(file), start=1)
    while batch := list(islice(numbered, _BATCH_LINES)):
        lines = [
            read_line(content, landing_file=file.landing_file, line=number)
            for number, content in batch
            if content.strip()
        ]
        counts += _load_batch(archive, lines, judge, landed_at=ingest.landed_at)
        counts += LineCounts(lines=len(batch), blank=len(batch) - len(lines))
    if counts.lines != file.lines:
        raise LandingDamaged(
            f"{file.landing_file} has {counts.lines} lines and its manifest counts {file.lines}. "
            "Nothing of this ingest was loaded; restore the file from the backup, or fetch again."
        )
    append_rows(
        archive, "ops.loaded_files", [(ingest.ingest_id, file.landing_file, file.resource_type, *astuple(counts))]
    )
    return counts


def _load_batch(archive: Connection, lines: Sequence[LandedLine], judge: ShapeJudge, *, landed_at: str) -> LineCounts:
    archive.execute("truncate incoming")
    append_rows(archive, "incoming", [line.incoming_row() for line in lines])
    stored = run_statement(archive, "store_versions", landed_at=landed_at)
    rejected = run_statement(archive, "store_rejects", landed_at=landed_at)
    stored_lines = {int(row[0]) for row in stored}
    findings = list(_findings([line for line in lines if line.line in stored_lines], judge, landed_at))
    append_rows(archive, "raw.findings", findings)
    return LineCounts(
        stored=len(stored),
        duplicates=len(lines) - len(stored) - len(rejected),
        rejects=len(rejected),
        findings=len(findings),
    )


def _findings(lines: Sequence[LandedLine], judge: ShapeJudge, landed_at: str) -> Iterator[tuple[str | int | None, ...]]:
    usable = [Line(line.resource_type or "", line.text, line.resource or {}) for line in lines]
    for line, findings in zip(lines, judge.judge(usable), strict=True):
        for finding in findings:
            place = (line.landing_file, line.line, line.resource_type, line.resource_id)
            yield *place, finding.path, finding.reason, landed_at


@contextmanager
def _collection_paused() -> Iterator[None]:
    # Python looks for cycles among the parsed resources again and again; there are none, and it doubles the time.
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
