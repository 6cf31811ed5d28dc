"""SQL files run in the order in which they read each other."""

import pytest

from warehouse import relations
from warehouse.connection import opened
from warehouse.errors import RelationFailed, RelationsCircular, RelationUnknown


@pytest.fixture
def shelf(monkeypatch):
    texts = {}
    monkeypatch.setattr(relations, "relation_sql", lambda relation: texts[relation])
    return texts


def test_each_relation_comes_after_what_it_reads(shelf):
    shelf["cohort.a"] = "select 1 from cohort.b inner join cohort.c on true"
    shelf["cohort.b"] = "select 1 from cohort.c -- from cohort.a"
    shelf["cohort.c"] = "select 1 from stage.patient"
    assert relations.build_order(shelf) == ["cohort.c", "cohort.b", "cohort.a"]


def test_a_circle_is_named(shelf):
    shelf["cohort.a"] = "select 1 from cohort.b"
    shelf["cohort.b"] = "select 1 from cohort.a"
    with pytest.raises(RelationsCircular, match=r"cohort\.a"):
        relations.build_order(shelf)


def test_a_statement_that_does_not_run_names_its_relation(shelf):
    shelf["cohort.a"] = "select nothing from nowhere"
    with opened() as connection, pytest.raises(RelationFailed, match=r"cohort\.a cannot be made"):
        relations.run_sql(connection, "cohort.a")


def test_an_unknown_relation_names_the_file_that_is_expected():
    with pytest.raises(RelationUnknown, match=r"warehouse/sql/cohort/nothing\.sql"):
        relations.relation_sql("cohort.nothing")


def test_a_value_that_does_not_fit_is_not_quoted(shelf):
    shelf["cohort.a"] = "select cast(name as integer) as name from cohort.b"
    with opened() as connection:
        connection.execute("create schema cohort; create table cohort.b as select 'SENTINEL' as name")
        with pytest.raises(RelationFailed) as caught:
            relations.run_sql(connection, "cohort.a")
    assert "SENTINEL" not in str(caught.value)
    assert caught.value.__suppress_context__
