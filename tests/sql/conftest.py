"""Test bed for the relations of warehouse/sql: fixture `store`, a few given rows in, a few expected rows out.

store.given("stage.condition", '''                    pipe-separated, header first; columns left out are NULL,
    condition_id | patient_id | onset_datetime         `null` or nothing is NULL; an unknown column gets the type
    c1           | p1         | 2020-01-03             its name implies, or `name:TYPE` (`drugs:VARCHAR[]` with [a, b])
''')
store.rows("cohort.x", ["patient_id", "day0_on"])      runs the SQL file of x once; sorted list of tuples; dates and
                                                       instants are ISO text (2020-01-03, ...T04:00:00Z), decimals text
store.build("cohort.a", "cohort.b")                    runs these SQL files first, so that x reads them
store.protocol(course_gap_days=21)                     other thresholds; store.run(data_date="2020-02-01") other clocks
What was built from the same rows before, also for another test, is not planned and run again: it is copied.
What x reads and nobody gave or built is empty with the columns of tests/sql/columns.py (add yours there), or, if it
is not listed there, built from its SQL file. ref.* holds the shipped value sets, the seed's thresholds and windows;
store.given("ref.x", ...) replaces one for one test. store.connection is the DuckDB connection, with the macros.
"""

from collections.abc import Hashable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from mappings.protocol import load_protocol
from mappings.value_sets import load_value_sets
from tests.sql.columns import REGISTRY, parse_columns
from warehouse.connection import Connection, connect
from warehouse.reference import RUN_COLUMNS, create_table, store_protocol, store_value_sets, threshold_type
from warehouse.relations import has_sql, relation_sources, relation_sql, run_sql

RUN = {
    "as_of": "2020-02-01T00:00:00Z",
    "data_date": "2020-01-05",
    "time_zone": "Asia/Shanghai",
    "protocol": "car-t-b-all",
}
PROTOCOL = load_protocol("car-t-b-all")
SCHEMAS = ("stage", "cohort", "counts", "ops", "raw", "published")
# What was built of these inputs before: a copy, and the hash of what stands in it.
Kept = dict[Hashable, tuple[str, Hashable]]


class Store:
    """The given relations of one test and what is built from them."""

    def __init__(self, connection: Connection, kept: Kept) -> None:
        self.connection = connection
        # Hashes of what stands in each relation that was given or built, and of what the built ones were built of.
        self._made: dict[str, Hashable] = {}
        self._origins: dict[str, Hashable] = {}
        self._kept = kept

    def given(self, relation: str, table: str) -> None:
        """Replace a relation by the rows of a pipe-separated table; with a header only, it is empty."""
        header, *lines = [line.strip() for line in table.strip().splitlines() if line.strip()]
        schema = relation.partition(".")[0]
        declared = parse_columns(header, schema=schema)
        known = REGISTRY.get(relation) or self._columns(relation)
        overridden = {part.partition(":")[0].strip() for part in header.split("|") if ":" in part}
        columns = {**declared, **known, **{name: declared[name] for name in overridden}}
        rows: list[dict[str, object]] = [
            dict(zip(declared, (_value(cell) for cell in line.split("|")), strict=True)) for line in lines
        ]
        self._make(relation, columns, rows)

    def build(self, *relations: str) -> None:
        """Run the SQL files of these relations, in this order, over what is given so far."""
        for relation in relations:
            for source in relation_sources(relation):
                self._provide(source)
            origin = self._origin(relation)
            if self._origins.get(relation) == origin:
                continue
            self._drop(relation)
            if origin in self._kept:
                copy, self._made[relation] = self._kept[origin]
                self.connection.execute(f"create table {relation} as from {copy}")
            else:
                run_sql(self.connection, relation)
                copy, self._made[relation] = f"kept.relation_{len(self._kept)}", self._content(relation)
                self.connection.execute(f"create table {copy} as from {relation}")
                self._kept[origin] = (copy, self._made[relation])
            self._origins[relation] = origin

    def _origin(self, relation: str) -> Hashable:
        """What a relation depends on: its SQL, what it reads, and the `ref` relations, which macros read too."""
        sources = {*relation_sources(relation), *(name for name in self._made if name.startswith("ref."))}
        return hash((relation_sql(relation), *((name, self._made.get(name)) for name in sorted(sources))))

    def _content(self, relation: str) -> Hashable:
        """What stands in a relation: its types and its rows in any order."""
        table = self.connection.table(relation)
        return hash((*map(str, table.types), *sorted(map(repr, table.fetchall()))))

    def rows(self, relation: str, columns: Sequence[str]) -> list[tuple[object, ...]]:
        """The rows of a relation, sorted by these columns; its SQL file is run first unless it was."""
        if relation not in self._made:
            self.build(relation)
        names = ", ".join(f'"{name}"' for name in columns)
        order = ", ".join(f'"{name}" nulls last' for name in columns)
        found = self.connection.table(relation).project(names).order(order).fetchall()
        return [tuple(_plain(value) for value in row) for row in found]

    def wrote(self, relation: str) -> None:
        """A test has made or changed the rows of this relation itself, on the connection."""
        self._made[relation] = object()
        self._origins.pop(relation, None)

    def protocol(self, **thresholds: object) -> None:
        """Run with other thresholds than the seed's."""
        values = {**PROTOCOL.thresholds(), **thresholds}
        self._make("ref.protocol", {name: threshold_type(value) for name, value in values.items()}, [values])

    def run(self, **values: str) -> None:
        """Run with another as_of, data_date, time_zone or protocol name."""
        self._make("ref.run", RUN_COLUMNS, [{**RUN, **values}])

    def reset(self) -> None:
        """Forget what the last test gave, with the `ref` relations that it replaced."""
        for schema in SCHEMAS:
            self.connection.execute(f"drop schema if exists {schema} cascade")
            self.connection.execute(f"create schema {schema}")
        if any(relation.startswith("ref.") for relation in self._made):
            self.connection.execute("drop schema if exists ref cascade")
            load_reference(self.connection)
        self._made.clear()
        self._origins.clear()

    def _provide(self, relation: str) -> None:
        if relation in self._made or relation.startswith("ref."):
            return
        if relation in REGISTRY:
            self._make(relation, REGISTRY[relation], [])
        elif has_sql(relation):
            self.build(relation)

    def _make(self, relation: str, columns: dict[str, str], rows: Sequence[dict[str, object]]) -> None:
        self._drop(relation)
        create_table(self.connection, relation, columns, rows)
        self._made[relation] = hash(repr((columns, rows)))
        self._origins.pop(relation, None)

    def _drop(self, relation: str) -> None:
        self.connection.execute(f"drop table if exists {relation}")

    def _columns(self, relation: str) -> dict[str, str]:
        if not relation.startswith("ref."):
            return {}
        described = self.connection.table(relation)
        return {name: str(kind) for name, kind in zip(described.columns, described.types, strict=True)}


def load_reference(connection: Connection) -> None:
    """Fill `ref` with the shipped value sets and the seed's rows."""
    store_value_sets(connection, load_value_sets())
    store_protocol(connection, PROTOCOL)
    create_table(connection, "ref.run", RUN_COLUMNS, [RUN])


def _value(cell: str) -> str | None:
    text = cell.strip()
    return None if text in ("", "null") else text


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


@pytest.fixture(scope="session")
def _connection() -> Iterator[Connection]:
    connection = connect(threads=1)
    load_reference(connection)
    connection.execute("create schema kept")
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def _kept() -> Kept:
    return {}


@pytest.fixture
def store(_connection: Connection, _kept: Kept) -> Iterator[Store]:
    """An empty store with the value sets and the seed protocol."""
    bed = Store(_connection, _kept)
    bed.reset()
    yield bed
    bed.reset()
