"""The store from `landing/` again, and whether store and landing folder agree."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from warehouse.connection import disk_errors, opened
from warehouse.digests import RelationReceipt, relation_digests
from warehouse.errors import StoreUnreadable
from warehouse.ingests import check_file, closed_ingests
from warehouse.load import load_into
from warehouse.schema import open_archive
from warehouse.statements import run_statement
from warehouse.store import archive_before_path, archive_path, remove_database, replace_file, write_ahead_log


@dataclass(frozen=True)
class RebuildReceipt:
    """The relations of the new archive, and the names of those that the archive before had otherwise.

    `differing` is None when there was no readable archive before; after a change of software a difference in
    `raw.findings` is to be expected.
    """

    relations: tuple[RelationReceipt, ...]
    differing: tuple[str, ...] | None


@dataclass(frozen=True)
class VerifyReceipt:
    """What was looked at (files and lines) and every disagreement as one sentence without a patient's value."""

    files: int
    lines: int
    problems: tuple[str, ...]


def rebuild(store: Path, landing: Path, *, threads: int | None = None, memory: str | None = None) -> RebuildReceipt:
    """Make a new archive from `landing/`, compare it with the one there, and put it into its place.

    The caller holds the lock. The archive of before is kept as `archive-before.duckdb` when it differs. Builds and
    the readers' file are left: they are made by the next run.

    Raises:
        LandingDamaged: a landed file differs from its manifest; the archive is left as it is.
        StoreUnreadable: the disk refuses; likewise.
    """
    old, new = archive_path(store), store / "archive-new.duckdb"
    remove_database(new)
    with (
        disk_errors(new, "The archive of before is left as it is."),
        closing(open_archive(new, threads=threads, memory=memory)) as archive,
    ):
        load_into(archive, landing)
        made = relation_digests(archive)
    with disk_errors(old, "The new one stands beside it."):
        return RebuildReceipt(tuple(made), _swap(store, made))


def verify(store: Path, landing: Path) -> VerifyReceipt:
    """Compare manifests, landed files and archive; changes nothing.

    Raises:
        LandingDamaged: a file differs from its manifest.
        StoreUnreadable: the archive cannot be opened.
    """
    files = [(ingest, file) for ingest in closed_ingests(landing) for file in ingest.files]
    for _, file in files:
        check_file(file)
    with opened(archive_path(store), read_only=True) as archive:
        loaded = {
            str(row[0]): int(row[1])
            for row in archive.table("ops.loaded_files").project("landing_file, line_count").fetchall()
        }
        damaged = run_statement(archive, "damaged_versions")[0][0]
        uncounted = run_statement(archive, "uncounted_lines")[0][0]
    problems = [f"{file.landing_file} is landed and not loaded" for _, file in files if file.landing_file not in loaded]
    landed = {file.landing_file for _, file in files}
    problems += [f"{name} is loaded and no longer landed" for name in sorted(loaded) if name not in landed]
    if damaged:
        problems.append(f"{damaged} stored resources differ from their hash")
    if uncounted:
        problems.append(f"{uncounted} files have lines that are neither stored, duplicate, reject nor blank")
    return VerifyReceipt(len(files), sum(file.lines for _, file in files), tuple(problems))


def _swap(store: Path, made: list[RelationReceipt]) -> tuple[str, ...] | None:
    old = archive_path(store)
    differing = _differing(old, made)
    if differing:
        replace_file(old, archive_before_path(store))
    remove_database(old)
    replace_file(store / "archive-new.duckdb", old)
    return differing


def _differing(old: Path, made: list[RelationReceipt]) -> tuple[str, ...] | None:
    if not old.is_file():
        return None
    try:
        with opened(old, read_only=not write_ahead_log(old).is_file()) as archive:
            before = {receipt.relation: receipt for receipt in relation_digests(archive)}
    except StoreUnreadable:
        # An archive that cannot be opened is the reason for a rebuild, not a reason against it.
        return None
    now = {receipt.relation: receipt for receipt in made}
    return tuple(sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name)))
