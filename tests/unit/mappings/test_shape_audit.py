"""The shape audit: what a view reads as nothing is counted, path by path."""

import json
from dataclasses import astuple

import duckdb
import pytest

from mappings.sql_on_fhir import READ_COLUMNS, audit_sql, compile_view
from mappings.views import load_views

VIEW = {
    "name": "values",
    "resource": "Observation",
    "select": [
        {
            "column": [
                {"name": "status", "path": "status"},
                {"name": "number", "path": "value.ofType(Quantity).value"},
                {"name": "yes", "path": "value.ofType(boolean)"},
                {"name": "given", "path": "note.text.first()"},
            ]
        },
        {"forEachOrNull": "code.coding", "column": [{"name": "code", "path": "code"}]},
    ],
}


@pytest.fixture
def audit_of():
    """audit_of(view, resource, ...): path, expected, found, whether it is lost, and how many of how many."""

    def run(view, *resources):
        compiled = compile_view(view, source="landed")
        with duckdb.connect() as connection:
            connection.execute(f"create table reads ({', '.join(f'{name} varchar' for name in READ_COLUMNS)})")
            for read in compiled.reads:
                row = [compiled.name, compiled.resource_type, *astuple(read)]
                connection.execute("insert into reads values (?, ?, ?, ?, ?)", row)
            connection.execute("create table landed (resource json)")
            for resource in resources:
                connection.execute("insert into landed values (?)", [json.dumps(resource)])
            connection.execute(
                "create table structures as select 'Observation' as resource_type, json_structure(resource) as "
                "structure, count(*) as resource_count from landed group by all"
            )
            return [row[2:] for row in connection.execute(audit_sql(reads="reads", structures="structures")).fetchall()]

    return run


def observation(**elements):
    return {"resourceType": "Observation", "id": "o", "status": "final", **elements}


def test_resources_as_fhir_says_give_no_row(audit_of):
    good = observation(
        code={"coding": [{"code": "a"}, {"display": "b"}]}, valueQuantity={"value": 1.5}, note=[{"text": "x"}, {}]
    )
    assert audit_of(VIEW, good, good, observation(valueBoolean=True, note=[])) == []


@pytest.mark.parametrize(
    ("elements", "row"),
    [
        ({"code": "text"}, ("code", "object", "string", True)),
        ({"code": {"coding": {"code": "a"}}}, ("code.coding", "array", "object", True)),
        ({"code": {"coding": ["a", "b"]}}, ("code.coding", "object", "string", True)),
        ({"code": {"coding": [{"code": "a"}, 5]}}, ("code.coding", "object", "mixed", True)),
        ({"code": {"coding": [{"code": 5}]}}, ("code.coding.code", "string", "number", False)),
        ({"valueQuantity": {"value": "6.31"}}, ("valueQuantity.value", "number", "string", False)),
        ({"valueQuantity": [{"value": 1}]}, ("valueQuantity", "object", "array", True)),
        ({"valueBoolean": "true"}, ("valueBoolean", "boolean", "string", False)),
        ({"status": {"a": 1}}, ("status", "string", "object", True)),
        ({"status": None}, ("status", "string", "null", True)),
    ],
)
def test_another_json_type_is_counted_where_it_stands(audit_of, elements, row):
    assert audit_of(VIEW, observation(**elements), observation(), observation()) == [(*row, 1, 3)]


def test_every_view_knows_what_it_reads():
    for view in load_views():
        reads = compile_view(view.definition, source="landed").reads
        assert {"resourceType", "id"} <= {read.path for read in reads}, view.name
