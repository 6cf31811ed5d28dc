"""After a merge, records stand under the survivor and the replaced Patient is gone."""

import re

import duckdb
import pytest

from mappings.views import load_views
from warehouse.relations import run_sql
from warehouse.statements import run_statement


def columns_of(view):
    return set(re.findall(r"'name': '(\w+)'", str(view.definition)))


PATIENT_VIEWS = sorted(view.name for view in load_views() if "patient_id" in columns_of(view))


@pytest.fixture
def stage():
    connection = duckdb.connect()
    connection.execute("create schema stage")
    for name in PATIENT_VIEWS:
        more = ", other_id varchar, link_type varchar" if name == "patient_link" else ""
        connection.execute(f"create table stage.{name} (patient_id varchar{more})")
        if name != "patient_link":
            connection.execute(f"insert into stage.{name} values ('first'), ('second'), ('third'), ('alone')")
    yield connection
    connection.close()


def merge(stage, *links):
    stage.executemany("insert into stage.patient_link values (?, ?, ?)", [list(link) for link in links])
    run_sql(stage, "stage.survivors")
    run_statement(stage, "merge_patients")
    return stage.execute("select patient_id, survivor_id from stage.survivors order by all").fetchall()


def patients(stage, name):
    return [row[0] for row in stage.execute(f"select patient_id from stage.{name} order by all").fetchall()]


def test_records_of_every_type_move_to_the_survivor_and_the_replaced_patient_goes(stage):
    assert merge(stage, ("second", "first", "replaced-by")) == [("second", "first")]
    for name in set(PATIENT_VIEWS) - {"patient_link"}:
        expected = ["alone", "first", "third"] if name.startswith("patient") else ["alone", "first", "first", "third"]
        assert patients(stage, name) == expected, name


def test_a_chain_of_merges_ends_at_the_last_survivor_whichever_way_it_is_written(stage):
    links = ("third", "second", "replaced-by"), ("first", "second", "replaces")
    assert merge(stage, *links) == [("second", "first"), ("third", "first")]


def test_a_circle_has_no_survivor(stage):
    assert merge(stage, ("first", "second", "replaced-by"), ("second", "first", "replaced-by")) == []
    assert patients(stage, "patient") == ["alone", "first", "second", "third"]


def test_a_survivor_who_is_not_here_takes_nobody(stage):
    assert merge(stage, ("first", "elsewhere", "replaced-by")) == []


def test_other_links_merge_nobody(stage):
    assert merge(stage, ("first", "second", "seealso"), ("first", "third", "refer")) == []
