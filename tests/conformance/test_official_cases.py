"""The official cases of SQL on FHIR v2, unchanged: every file, case by case."""

import json
import math
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from mappings.sql_on_fhir import CompileError, compile_view

CASES = Path("/work/shared/sql_on_fhir_tests")
FILES = sorted(path.stem for path in CASES.glob("*.json"))


def cases():
    if not CASES.is_dir():
        return [pytest.param(None, None, marks=pytest.mark.skip(reason=f"the cases are not here: {CASES}"))]
    found = []
    for name in FILES:
        file = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"), parse_float=Decimal)
        found.extend(pytest.param(file["resources"], test, id=f"{name}-{test['title']}") for test in file["tests"])
    return found


@pytest.mark.parametrize(("resources", "test"), cases())
def test_official_case(resources, test):
    if test.get("expectError"):
        with pytest.raises((CompileError, duckdb.Error)):
            run(test["view"], resources)
        return
    columns, rows = run(test["view"], resources)
    if "expectColumns" in test:
        assert columns == test["expectColumns"]
    if "expectCount" in test:
        assert len(rows) == test["expectCount"]
    if "expect" in test:
        assert in_order(rows) == in_order(test["expect"])


def run(view, resources):
    compiled = compile_view(view, source="landed")
    with duckdb.connect() as connection:
        connection.execute("create table landed (resource json)")
        lines = [[json.dumps(resource, default=float)] for resource in resources]
        connection.executemany("insert into landed values (?)", lines)
        result = connection.execute(compiled.sql)
        columns = [description[0] for description in result.description]
        rows = [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
    assert columns == [column.name for column in compiled.columns]
    return columns, rows


def in_order(rows):
    return sorted((sorted((key, comparable(value)) for key, value in row.items()) for row in rows), key=str)


def comparable(value):
    if isinstance(value, Decimal | float | int) and not isinstance(value, bool):
        return math.floor(float(value) * 1e9 + 0.5) / 1e9
    return value
