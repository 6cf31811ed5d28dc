"""The code lists in DuckDB, as their README says to load them, and a runner for views over a few resources."""

import json

import duckdb
import pytest

from mappings.sql_on_fhir import compile_view
from mappings.value_set_files import read_schema
from mappings.value_sets import OWN_FOLDER, load_value_sets


@pytest.fixture(scope="session")
def value_sets():
    return load_value_sets()


@pytest.fixture(scope="session")
def code_lists():
    """A connection with every file of schema.csv as a table: `infusions`, `cases_text_rules`, ..."""
    with duckdb.connect() as connection:
        for name, columns in read_schema(OWN_FOLDER / "schema.csv").items():
            types = json.dumps({column.name: column.duckdb_type for column in columns}).replace('"', "'")
            table = name.removesuffix(".csv").replace("/", "_")
            connection.execute(
                f"create table {table} as from read_csv('{OWN_FOLDER / name}', header = true, nullstr = '', "
                f"columns = {types})"
            )
        yield connection


@pytest.fixture
def rows_of():
    """rows_of(view, resource, ...): the rows of a view, as dictionaries; a resource may be its JSON text."""

    def run(view, *resources):
        compiled = compile_view(view, source="landed")
        with duckdb.connect() as connection:
            connection.execute("create table landed (resource json)")
            for resource in resources:
                text = resource if isinstance(resource, str) else json.dumps(resource)
                connection.execute("insert into landed values (?)", [text])
            names = [column.name for column in compiled.columns]
            return [dict(zip(names, row, strict=True)) for row in connection.execute(compiled.sql).fetchall()]

    return run


@pytest.fixture
def column_of(rows_of):
    """column_of(resource type, path, resource, ...): the values of one column with that path."""

    def run(resource_type, path, *resources, **column):
        view = {"resource": resource_type, "select": [{"column": [{"name": "value", "path": path, **column}]}]}
        return [row["value"] for row in rows_of(view, *resources)]

    return run
