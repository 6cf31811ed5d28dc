"""From `landing/` into the archive: each closed ingest once, in the order in which it was closed.

One ingest is one transaction, so that a process which is killed leaves whole ingests or nothing. What is known from
when depends on `landed_at` in the manifest and never on the moment of loading.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from mappings.shape_judge import ShapeJudge
from warehouse.connection import Connection, append_rows, disk_errors, transaction
from warehouse.errors import LandingDamaged, LandingOutOfOrder
from warehouse.ingests import ClosedIngest, check_file, closed_ingests, line_blocks
from warehouse.issued import load_issued
from warehouse.line_sorter import LineCounts, LineSorter
from warehouse.schema import open_archive
from warehouse.store import archive_path

BY_ARRIVAL = "arrival"
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
    by_arrival = ingest.versions == BY_ARRIVAL
    return _load_lines(archive, ingest, LineSorter(archive, judge, landed_at=landed_at, by_arrival=by_arrival))


def _load_lines(archive: Connection, ingest: ClosedIngest, sorter: LineSorter) -> LineCounts:
    for file in ingest.files:
        first = 1
        for lines in line_blocks(file):
            sorter.add(lines, landing_file=file.landing_file, first=first)
            first += len(lines)
    sorter.flush()
    total = LineCounts()
    for file in ingest.files:
        counts = sorter.counts(file.landing_file)
        if counts.lines != file.lines:
            raise LandingDamaged(
                f"{file.landing_file} has {counts.lines} lines and its manifest counts {file.lines}. "
                "Nothing of this ingest was loaded; restore the file from the backup, or fetch again."
            )
        row = (ingest.ingest_id, file.landing_file, file.resource_type, *astuple(counts))
        append_rows(archive, "ops.loaded_files", [row])
        total += counts
    return total


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
