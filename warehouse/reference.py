"""The `ref` relations of a build: value sets and the run's own rows, as tables that SQL joins.

No clinical code and no threshold stands in SQL: a code is a row of a value set, a threshold is a column of
`ref.protocol`, and the two clocks are columns of `ref.run`.
"""

from collections.abc import Mapping, Sequence

from mappings.protocol import Protocol
from mappings.value_sets import ValueSets
from warehouse.connection import Connection, append_rows
from warehouse.run_key import RunKey

RUN_COLUMNS = {
    "as_of": "TIMESTAMPTZ",
    "data_date": "DATE",
    "time_zone": "VARCHAR",
    "protocol": "VARCHAR",
    "verdicts_until": "TIMESTAMPTZ",
    "identifier_system": "VARCHAR",
}
WINDOW_COLUMNS = {"window_name": "VARCHAR", "first_day": "INTEGER", "last_day": "INTEGER"}
COHORT_COLUMNS = {"age_low": "INTEGER", "age_high": "INTEGER", "disease": "VARCHAR"}


def store_reference(connection: Connection, run: RunKey) -> list[str]:
    """Make every `ref` relation of a run; returns their names in the order made."""
    relations = store_value_sets(connection, run.value_sets)
    row = {
        "as_of": run.as_of.isoformat(),
        "data_date": run.data_date.isoformat(),
        "time_zone": run.time_zone,
        "protocol": run.protocol.name,
        "verdicts_until": None if run.verdicts_until is None else run.verdicts_until.isoformat(),
        "identifier_system": run.identifier_system,
    }
    create_table(connection, "ref.run", RUN_COLUMNS, [row])
    return [*relations, "ref.run", *store_protocol(connection, run.protocol)]


def store_value_sets(connection: Connection, value_sets: ValueSets) -> list[str]:
    """Make one `ref` table per code list, with the types of its columns; returns their names."""
    connection.execute("create schema if not exists ref")
    relations = []
    for name, table in sorted(value_sets.tables.items()):
        columns = {column.name: column.duckdb_type for column in table.columns}
        create_table(connection, f"ref.{name}", columns, table.records())
        relations.append(f"ref.{name}")
    return relations


def store_protocol(connection: Connection, protocol: Protocol) -> list[str]:
    """Make `ref.protocol` (one column per threshold), `ref.windows` and `ref.protocol_cohort`."""
    thresholds = protocol.thresholds()
    create_table(
        connection, "ref.protocol", {name: threshold_type(value) for name, value in thresholds.items()}, [thresholds]
    )
    windows = [
        {"window_name": name, "first_day": first, "last_day": last}
        for name, (first, last) in protocol.window_days().items()
    ]
    create_table(connection, "ref.windows", WINDOW_COLUMNS, windows)
    cohort = {name: getattr(protocol.cohort, name) for name in COHORT_COLUMNS}
    create_table(connection, "ref.protocol_cohort", COHORT_COLUMNS, [cohort])
    return ["ref.protocol", "ref.windows", "ref.protocol_cohort"]


def threshold_type(value: object) -> str:
    """The column type of a threshold: BOOLEAN, INTEGER or DECIMAL(9,3).

    >>> threshold_type(60), threshold_type(False)
    ('INTEGER', 'BOOLEAN')
    """
    if isinstance(value, bool):
        return "BOOLEAN"
    return "INTEGER" if isinstance(value, int) else "DECIMAL(9,3)"


def create_table(
    connection: Connection, relation: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, object]]
) -> None:
    """Make a table with these column types from rows of any values; a missing or empty value is NULL."""
    # The appender casts the texts; going through a frame takes five times as long.
    definition = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    connection.execute(f"create table {relation} ({definition})")
    append_rows(connection, relation, [tuple(_text(row.get(name)) for name in columns) for row in rows])


def _text(value: object) -> str | None:
    return None if value is None or value == "" else str(value)
