"""Runs one case of a file of cases: a view over resources, and the rows or the error that it must give."""

import math
from decimal import Decimal

import duckdb
import orjson
import pytest

from mappings.sql_on_fhir import CompileError, compile_view


@pytest.fixture(scope="session")
def rows_of():
    """rows_of(view, resources): the names of the columns and the rows; a Decimal goes in as it is written."""
    with duckdb.connect() as connection:

        def run(view, resources):
            compiled = compile_view(view, source="landed")
            connection.execute("create or replace table landed (resource json)")
            lines = [orjson.dumps(resource, default=written).decode() for resource in resources]
            connection.execute("insert into landed select unnest($lines)", {"lines": lines})
            result = connection.execute(compiled.sql)
            columns = [description[0] for description in result.description]
            assert columns == [column.name for column in compiled.columns]
            return columns, [dict(zip(columns, row, strict=True)) for row in result.fetchall()]

        yield run


@pytest.fixture(scope="session")
def check_case(rows_of):
    """check_case(resources, test): fails where the view gives anything else than the test says."""

    def check(resources, test):
        if test.get("expectError"):
            with pytest.raises((CompileError, duckdb.Error)):
                rows_of(test["view"], resources)
            return
        columns, rows = rows_of(test["view"], resources)
        if "expectColumns" in test:
            assert columns == test["expectColumns"]
        if "expectCount" in test:
            assert len(rows) == test["expectCount"]
        if "expect" in test:
            assert in_order(rows) == in_order(test["expect"])

    return check


def written(number):
    return orjson.Fragment(str(number))


def in_order(rows):
    return sorted((sorted((key, comparable(value)) for key, value in row.items()) for row in rows), key=str)


def comparable(value):
    if isinstance(value, Decimal | float | int) and not isinstance(value, bool):
        return math.floor(float(value) * 1e9 + 0.5) / 1e9
    return value
