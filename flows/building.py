"""From landed files to counts: load, stage, cohort, counts, and the gates between them."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from checks.gate import CheckRow, GateResult, run_gate
from flows.context import RunContext
from flows.errors import GateStopped, NothingLanded
from flows.weeks import issued_runs
from metrics.figures import COUNT_RELATIONS, Counts
from warehouse import (
    Build,
    LoadReceipt,
    RelationReceipt,
    RunKey,
    has_build,
    load_landing,
    read_build,
    reading,
    rebuild,
    remove_build,
)
from warehouse.connection import opened
from warehouse.errors import StoreOutdated
from warehouse.ingests import closed_ingests
from warehouse.known import known_archive
from warehouse.relations import relation_names
from warehouse.store import archive_before_path, build_path, remove_builds, remove_database

__all__ = [
    "EVERYTHING",
    "STATIONS",
    "Completeness",
    "build_station",
    "built",
    "check_station",
    "completeness",
    "counts_of",
    "load",
    "newest_landing",
    "run_key",
    "tidy",
]

STATIONS = ("stage", "cohort", "counts")
EVERYTHING = (*relation_names("cohort"), *relation_names("counts"))
log = logging.getLogger("nadir.steps")


def newest_landing(landing: Path) -> datetime:
    """`landed_at` of the newest closed ingest: the default of `as_of`.

    Raises:
        NothingLanded: no ingest was closed yet.
    """
    ingests = closed_ingests(landing)
    if not ingests:
        raise NothingLanded("no closed ingest in landing/. Nothing was built; run `nadir run ingest` first")
    return datetime.fromisoformat(ingests[-1].landed_at)


def run_key(context: RunContext, *, as_of: datetime, data_date: date) -> RunKey:
    """What the build is a function of."""
    return RunKey(
        as_of=as_of,
        data_date=data_date,
        time_zone=context.settings["time_zone"],
        protocol=context.protocol,
        value_sets=context.value_sets,
        software_version=context.software_version,
        identifier_system=context.settings["patient.identifier_system"],
    )


def load(context: RunContext) -> LoadReceipt:
    """Load what landed and is not yet in the archive, which is made again first if an earlier version made it.

    The caller holds the lock.

    Raises:
        StoreNewer: a later version made the archive.
        StoreUnreadable, LandingDamaged, LandingOutOfOrder: see `load_landing`.
    """
    settings = context.settings
    means = {"threads": settings["store.threads"], "memory": settings["store.memory"]}
    try:
        return load_landing(settings.store, settings.landing, **means)
    except StoreOutdated:
        log.info("the archive is of an earlier version: made again from landing/")
        rebuild(settings.store, settings.landing, **means)
        remove_database(archive_before_path(settings.store))
        return load_landing(settings.store, settings.landing, **means)


def tidy(context: RunContext, run: RunKey) -> int:
    """Delete old build files: those of the newest issued weeks and of this run stay; how many went."""
    settings = context.settings
    newest_first = [issue.run_id for issue in reversed(issued_runs(settings.landing))]
    return remove_builds(settings.store, keep={*newest_first[: settings["store.keep_builds"]], run.run_id})


def build_station(context: RunContext, run: RunKey, station: str) -> list[RelationReceipt]:
    """Make one station of the build file: stage, cohort or counts."""
    build = build_of(context, run)
    return {"stage": build.stage, "cohort": build.cohort, "counts": build.counts}[station]()


@contextmanager
def built(context: RunContext, run: RunKey, relations: Collection[str]) -> Iterator[None]:
    """Have these relations of a build for one block, without gates; a file that was not there before goes after."""
    store = context.settings.store
    if has_build(store, run.run_id, relations):
        yield
        return
    try:
        build = build_of(context, run)
        build.stage()
        build.needed(relations)
        yield
    finally:
        remove_build(store, run.run_id)


def build_of(context: RunContext, run: RunKey) -> Build:
    """The build of a run with the means that the settings give it."""
    settings = context.settings
    return Build(settings.store, run, threads=settings["store.threads"], memory=settings["store.memory"])


def check_station(context: RunContext, run: RunKey, station: str) -> tuple[CheckRow, ...]:
    """Run the gate behind a station.

    Raises:
        GateStopped: a check of severity stop failed, or a check could not be run.
    """
    store = context.settings.store
    built = build_path(store, run.run_id)
    judged = known_archive(store, run.as_of) if station == "raw" else opened(built, read_only=True)
    with judged as connection:
        result: GateResult = run_gate(station, connection)
    if result.outcome == "stopped":
        raise GateStopped(result.sentence())
    return result.rows


def counts_of(store: Path, run_id: str) -> Counts:
    """Everything that is computed from, of one build."""
    with reading(store, run_id):
        return Counts(**{name: read_build(store, run_id, f"counts.{name}") for name in COUNT_RELATIONS})


@dataclass(frozen=True)
class Completeness:
    """How whole the data behind a build are.

    `missing` counts patients per resource type for which something is not complete; `patients` is how many patients
    were looked at, None when the roster did not go by patients.
    """

    missing: dict[str, int]
    patients: int | None

    @property
    def is_complete(self) -> bool:
        """Whether nothing that was asked for is missing."""
        return not self.missing


def completeness(context: RunContext, run: RunKey) -> Completeness:
    """Read the ledger's verdict as of the run.

    A unit of a pull that is not complete counts, whoever its patient is: who is in the cohort may depend on what is
    missing. A rejected line counts for cohort patients only (architecture, decision 4).
    """
    store = context.settings.store
    with reading(store, run.run_id):
        units = read_build(store, run.run_id, "ops.incomplete_units")
        courses = read_build(store, run.run_id, "cohort.courses", in_cohort=True)
        looked_at = read_build(store, run.run_id, "stage.patient")["patient_id"].nunique()
    members = set(courses["patient_id"])
    rejected = units["reason"].str.startswith("rejected")
    standing = units[~rejected | units["patient_id"].isin(members)]
    missing = {
        str(name): int(group["patient_id"].nunique(dropna=False)) for name, group in standing.groupby("resource_type")
    }
    return Completeness(missing=missing, patients=int(looked_at) or None)
