"""One run's file: what the archive knew at `as_of`, made into `stage`, `cohort` and `counts`.

Each step opens the file, works, and closes it, so that the gate between two steps can read it. A step that is run
again starts from the end of the step before: a retry gives the same relations.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from warehouse.connection import Connection, attach_archive, connect, disk_errors
from warehouse.digests import RelationReceipt, relation_digest
from warehouse.reference import store_reference
from warehouse.relations import build_order, relation_names, relation_sources, run_sql
from warehouse.run_key import RunKey
from warehouse.stage_views import store_stage
from warehouse.statements import run_statement
from warehouse.store import archive_path, build_path, prepare_store, remove_database

FROM_ARCHIVE = (
    "ops.incomplete_units",
    "ops.regressed_versions",
    "ops.untold_deletions",
    "ops.pull_summary",
    "ops.reject_summary",
    "ops.finding_summary",
)
BUILD_OPS = (*FROM_ARCHIVE, "ops.verdicts")
MADE_FROM_STAGE = ("cohort.", "counts.")


class Build:
    """The build file of one run key. The caller holds the lock; the archive is only read."""

    def __init__(self, store: Path, run: RunKey, *, threads: int | None = None, memory: str | None = None) -> None:
        self.store = store
        self.run = run
        self._threads = threads
        self._memory = memory

    @property
    def path(self) -> Path:
        """The file, whether it is made yet or not."""
        return build_path(self.store, self.run.run_id)

    def stage(self) -> list[RelationReceipt]:
        """Make `ref`, `ops` and `stage` anew from the archive as known at `as_of`; receipts of all three.

        Raises:
            StoreUnreadable: the archive or the build file cannot be opened or written.
            RelationFailed: a SQL file or a view does not run.
        """
        prepare_store(self.store)
        remove_database(self.path)
        return self._step(self._make_stage)

    def cohort(self) -> list[RelationReceipt]:
        """Make every relation of `cohort`, in the order in which they read each other.

        Raises:
            StoreUnreadable, RelationFailed, RelationsCircular: as for `stage`.
        """
        return self._step(lambda connection: _make_schema(connection, "cohort"))

    def counts(self) -> list[RelationReceipt]:
        """Make every relation of `counts`, likewise."""
        return self._step(lambda connection: _make_schema(connection, "counts"))

    def needed(self, relations: Iterable[str]) -> None:
        """Make only these relations and what they read, from `stage`: for a comparison, or a look before a first week.

        Raises:
            StoreUnreadable, RelationFailed, RelationsCircular: as for `stage`.
        """
        with self._open() as connection:
            _make_needed(connection, relations)

    def _make_stage(self, connection: Connection) -> list[str]:
        attach_archive(connection, archive_path(self.store))
        for schema in ("ref", "ops", "stage"):
            connection.execute(f"create schema {schema}")
        made = store_reference(connection, self.run)
        for relation in (*FROM_ARCHIVE, "stage.resources"):
            run_sql(connection, relation)
        run_statement(connection, "verdicts_as_of")
        return [*made, *BUILD_OPS, "stage.resources", *store_stage(connection)]

    def _step(self, make: Callable[[Connection], Sequence[str]]) -> list[RelationReceipt]:
        with self._open() as connection:
            return [relation_digest(connection, relation) for relation in make(connection)]

    @contextmanager
    def _open(self) -> Iterator[Connection]:
        with (
            disk_errors(self.path, "The archive is unchanged and nothing was published."),
            closing(connect(self.path, threads=self._threads, memory=self._memory)) as connection,
        ):
            yield connection


def _make_needed(connection: Connection, relations: Iterable[str]) -> None:
    waiting = list(relations)
    wanted = set(waiting)
    while waiting:
        sources = {source for source in relation_sources(waiting.pop()) if source.startswith(MADE_FROM_STAGE)} - wanted
        wanted |= sources
        waiting += sorted(sources)
    for name in build_order(wanted):
        run_sql(connection, name)


def _make_schema(connection: Connection, schema: str) -> list[str]:
    connection.execute(f"drop schema if exists {schema} cascade")
    connection.execute(f"create schema {schema}")
    order = build_order(relation_names(schema))
    for relation in order:
        run_sql(connection, relation)
    return order
