"""How fast a view becomes rows: SQL written by hand, the same view compiled, and sqlonfhir, in one run; prints ratios.

Run: python bench/flatten.py [resources ...], by default 98000 and 1000000. The resources are generated laboratory
values and cultures. Both SQL sides must give the same rows (counted and summed up); sqlonfhir evaluates resource by
resource and is given a sample. Each side is run in turn and its best time counts: processor time over all threads,
which other programs on the machine disturb less. Only the ratio in one run means anything.
"""

from __future__ import annotations

import copy
import json
import resource
import sys
import time
from collections.abc import Callable

import duckdb
import sqlonfhir

from mappings.sql_on_fhir import compile_view

SIZES = (98_000, 1_000_000)
ROUNDS = 5
SAMPLE = 1_000
BATCH = 100_000
PLAIN = {
    "resourceType": "ViewDefinition",
    "name": "plain",
    "status": "active",
    "resource": "Observation",
    "select": [
        {
            "column": [
                {"name": "observation_id", "path": "id"},
                {"name": "patient_id", "path": "subject.getReferenceKey(Patient)"},
                {"name": "status", "path": "status"},
                {"name": "effective", "path": "effective.ofType(dateTime)"},
                {"name": "unit", "path": "value.ofType(Quantity).unit"},
                {"name": "value_text", "path": "value.ofType(CodeableConcept).text"},
            ]
        }
    ],
}
CODINGS = {
    "resourceType": "ViewDefinition",
    "name": "codings",
    "status": "active",
    "resource": "Observation",
    "select": [
        {"column": [{"name": "observation_id", "path": "id"}]},
        {
            "forEach": "code.coding",
            "column": [
                {"name": "system", "path": "system"},
                {"name": "code", "path": "code"},
                {"name": "display", "path": "display"},
            ],
        },
    ],
}
NUMBERS = {
    "resourceType": "ViewDefinition",
    "name": "numbers",
    "status": "active",
    "resource": "Observation",
    "select": [
        {
            "column": [
                {"name": "observation_id", "path": "id"},
                {
                    "name": "value_source",
                    "path": "value.ofType(Quantity).value",
                    "tag": [{"name": "ansi/type", "value": "CHARACTER VARYING"}],
                },
                {"name": "unit", "path": "value.ofType(Quantity).unit"},
            ]
        }
    ],
}
# What a person who knows DuckDB would write: one extraction of several paths, one typed transformation, one pattern for
# the digits as they were sent, which any reading of a JSON number loses.
BY_HAND = {
    "plain": """
        with extracted as materialized (
            select json_extract_string(resource, [
                '$.resourceType', '$.id', '$.subject.reference', '$.status', '$.effectiveDateTime',
                '$.valueQuantity.unit', '$.valueCodeableConcept.text'
            ]) as parts
            from landed
        )
        select
            parts[2] as observation_id,
            nullif(regexp_extract(parts[3], '(?:^|/)Patient/([^/]+)', 1), '') as patient_id,
            parts[4] as status,
            parts[5] as effective,
            parts[6] as unit,
            parts[7] as value_text
        from extracted
        where parts[1] = 'Observation'
    """,
    "codings": """
        with read as materialized (
            select json_transform(resource, '{"resourceType": "VARCHAR", "id": "VARCHAR", "code": {"coding": [
                {"system": "VARCHAR", "code": "VARCHAR", "display": "VARCHAR"}]}}') as r
            from landed
        ),
        codings as (
            select r.id as observation_id, unnest(r.code.coding) as c from read where r.resourceType = 'Observation'
        )
        select observation_id, c.system, c.code, c.display
        from codings
    """,
    "numbers": r"""
        with read as materialized (
            select
                json_transform(resource, '{"resourceType": "VARCHAR", "id": "VARCHAR",
                    "valueQuantity": {"unit": "VARCHAR"}}') as r,
                regexp_extract(
                    resource::varchar, '"valueQuantity"\s*:\s*\{[^}]*"value"\s*:\s*(-?[0-9.]+(?:[eE][-+]?[0-9]+)?)', 1
                ) as source
            from landed
        )
        select r.id as observation_id, nullif(source, '') as value_source, r.valueQuantity.unit as unit
        from read
        where r.resourceType = 'Observation'
    """,
}
VIEWS = {"plain": PLAIN, "codings": CODINGS, "numbers": NUMBERS}


def observation(number: int) -> dict[str, object]:
    """A laboratory value, or every third time a culture with two codings."""
    made: dict[str, object] = {
        "resourceType": "Observation",
        "id": f"o{number}",
        "meta": {"versionId": "1", "lastUpdated": "2018-03-05T01:00:00Z"},
        "status": "final",
        "category": [{"coding": [{"system": "http://terminology.example/category", "code": "laboratory"}]}],
        "subject": {"reference": f"Patient/p{number % 997}"},
        "encounter": {"reference": f"Encounter/e{number % 4999}"},
        "effectiveDateTime": f"2018-{number % 12 + 1:02d}-{number % 28 + 1:02d}T07:{number % 60:02d}:00+08:00",
        "issued": "2018-03-05T09:00:00+08:00",
    }
    codings = [{"system": "http://codes.example", "code": f"c{number % 40}", "display": f"Test {number % 40}"}]
    if number % 3 == 0:
        codings.append({"system": "http://local.example", "code": f"l{number % 400}", "display": "Local"})
        made["valueCodeableConcept"] = {"coding": [{"code": "s1"}], "text": "No growth"}
    else:
        made["valueQuantity"] = {"value": number % 1000 / 100, "unit": "mmol/L", "system": "http://units.example"}
    return made | {"code": {"coding": codings, "text": f"Test {number % 40}"}}


def land(connection: duckdb.DuckDBPyConnection, size: int) -> None:
    """Fill the relation `landed` with so many resources."""
    connection.execute("create table landed (resource json)")
    for start in range(0, size, BATCH):
        lines = [json.dumps(observation(number)) for number in range(start, min(size, start + BATCH))]
        connection.execute("insert into landed select unnest($lines)", {"lines": lines})


def seconds(work: Callable[[], object]) -> float:
    """Processor time of one run, of all threads together."""
    began = time.process_time()
    work()
    return time.process_time() - began


def checked(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[object, ...] | None:
    """Rows and a sum over them that does not depend on their order."""
    summed = f"select count(*), sum(hash(row)) from ({sql}) as row"  # noqa: S608 - the statements above
    return connection.execute(summed).fetchone()


def compare(connection: duckdb.DuckDBPyConnection, name: str, size: int) -> None:
    """Time the sides in turn and print their rates."""
    compiled, by_hand = compile_view(VIEWS[name], source="landed").sql, BY_HAND[name]
    assert checked(connection, compiled) == checked(connection, by_hand), f"{name}: the rows differ"
    best = [float("inf"), float("inf")]
    for _ in range(ROUNDS):
        for side, sql in enumerate((by_hand, compiled)):
            made = f"create or replace temp table made as {sql}"
            best[side] = min(best[side], seconds(lambda made=made: connection.execute(made)))  # type: ignore[misc]
    sample = [observation(number) for number in range(SAMPLE)]
    other = SAMPLE / seconds(lambda: sqlonfhir.evaluate(sample, copy.deepcopy(VIEWS[name])))
    rates = [size / one for one in best]
    print(
        f"{size:9,d} {name:8s} by hand {rates[0]:10,.0f}/s  compiled {rates[1]:10,.0f}/s  "
        f"ratio {rates[1] / rates[0]:.2f}  sqlonfhir {other:7,.0f}/s  ({rates[1] / other:,.0f} times)"
    )


def main() -> None:
    """Every size, every view."""
    for size in [int(text) for text in sys.argv[1:]] or SIZES:
        with duckdb.connect() as connection:
            land(connection, size)
            for name in VIEWS:
                compare(connection, name, size)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
