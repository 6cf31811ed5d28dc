# ruff: noqa: E501 - a row of the table and its fault read best on one line
"""What a gate decides, and what it never says."""

import logging

import pytest

from checks import StationUnknown, run_gate
from checks.gate import NOT_EVALUATED, STATIONS
from checks.rules import Check, NoRows, Suite

SENTINEL = "ZZSENTINEL-8841"


@pytest.mark.parametrize("station", STATIONS)
def test_a_good_week_passes_every_gate(station, hospital):
    result = run_gate(station, hospital)
    assert [(row.relation, row.check_name, row.reason) for row in result.failed] == []
    assert result.outcome == "passed"
    assert result.sentence() == f"gate {station} passed"


@pytest.mark.parametrize("station", STATIONS)
def test_every_check_says_its_severity_what_it_protects_and_why(station):
    for suite in STATIONS[station]:
        names = [check.name for check in suite.checks]
        assert len(names) == len(set(names)), suite.relation
        for check in suite.checks:
            assert check.severity in ("stop", "warn")
            assert check.protects
            assert check.reason.endswith(".")
            assert len(check.reason) > 30


def test_an_empty_hospital_is_no_error_but_a_warning_that_nobody_was_found(hospital):
    for station in STATIONS:
        for suite in STATIONS[station]:
            hospital.execute(f"delete from {suite.relation}")
    hospital.execute(
        "insert into counts.proportions values ('patients_infused', 'all', null, 'all', 0, null, 0, false)"
    )
    outcomes = {station: run_gate(station, hospital).outcome for station in STATIONS}
    assert outcomes == {"raw": "passed", "stage": "passed", "cohort": "passed", "counts": "warned"}


def test_a_relation_that_is_missing_stops(hospital):
    hospital.execute("drop table cohort.episodes")
    failed = run_gate("cohort", hospital, ["cohort.episodes"]).failed
    assert [(row.check_name, row.severity) for row in failed] == [("relation_exists", "stop")]


def test_a_check_that_cannot_be_evaluated_stops_even_if_it_only_warns(hospital, monkeypatch):
    wrong = Check("wrong", "warn", NoRows("select nobody.nothing from {batch} as item"), ("all",), "It is wrong.")
    monkeypatch.setitem(STATIONS, "raw", (Suite("raw.deletions", (wrong,)),))
    result = run_gate("raw", hospital)
    row = result.rows[0]
    assert (result.outcome, row.severity, row.passed, row.unexpected_count) == ("stopped", "stop", False, None)
    assert row.reason.startswith(NOT_EVALUATED)


def test_elements_that_cannot_be_counted_stop(hospital, monkeypatch):
    rule = NoRows("select item.line from {batch} as item", elements="select nothing from {batch} as item")
    monkeypatch.setitem(STATIONS, "raw", (Suite("raw.rejects", (Check("wrong", "warn", rule, ("all",), "Wrong."),)),))
    assert run_gate("raw", hospital).outcome == "stopped"


def test_a_missing_column_stops_with_the_check_of_the_contract(hospital):
    hospital.execute("alter table counts.two_by_two drop column unknown_events")
    failed = run_gate("counts", hospital, ["counts.two_by_two"]).failed
    assert ("contract_columns", 1) in [(row.check_name, row.unexpected_count) for row in failed]


def test_a_share_is_tolerated_up_to_its_limit(hospital, monkeypatch):
    rule = NoRows("select item.observation_id from {batch} as item where item.observation_id = 'o1'", share=0.2)
    suite = Suite("stage.observation", (Check("some", "stop", rule, ("all",), "One in five is tolerated."),))
    monkeypatch.setitem(STATIONS, "stage", (suite,))
    row = run_gate("stage", hospital).rows[0]
    assert (row.passed, row.unexpected_count, row.element_count) == (True, 1, 5)
    hospital.execute("delete from stage.observation where observation_id = 'o5'")
    assert run_gate("stage", hospital).outcome == "stopped"


def test_the_worst_failure_is_the_sentence_of_the_index_page(hospital):
    hospital.execute(
        "update stage.observation set value_unit = 'furlong', value_unit_code = null where observation_id < 'o3'"
    )
    result = run_gate("stage", hospital, ["stage.observation"])
    assert result.sentence() == "gate stage.observation stopped (unit_mostly_known: 2 of 5)"
    assert [row.check_name for row in result.failed] == ["unit_mostly_known", "unit_known"]


def test_a_row_is_a_record_of_ops_checks(hospital):
    row = run_gate("raw", hospital, ["raw.rejects"]).rows[0]
    assert row.record("run1") == ("run1", "raw.rejects", "contract_columns", "stop", True, 6, 0, "all", row.reason)


def test_an_unknown_station_is_refused(store_connection):
    with pytest.raises(StationUnknown):
        run_gate("published", store_connection)


def test_a_gate_changes_nothing_and_leaves_the_connection_usable(hospital):
    before = hospital.execute("select count(*) from duckdb_tables()").fetchone()
    run_gate("counts", hospital)
    assert hospital.execute("select count(*) from duckdb_tables()").fetchone() == before


def test_a_gate_reads_a_database_that_is_open_read_only(tmp_path):
    from warehouse.connection import connect

    path = tmp_path / "build.duckdb"
    writer = connect(path)
    writer.execute("create schema raw; create table raw.deletions (resource_type varchar, resource_id varchar, "
                   "known_from timestamptz, learned_by varchar)")  # fmt: skip
    writer.close()
    reader = connect(path, read_only=True)
    assert run_gate("raw", reader, ["raw.deletions"]).outcome == "passed"
    reader.close()


def test_no_value_of_a_patient_is_in_a_result_a_log_or_the_output(hospital, caplog, capsys):
    plant = [
        f"update raw.resource_versions set resource_id = '{SENTINEL}', resource = '{SENTINEL}'",
        f"insert into raw.rejects values ('{SENTINEL}', 1, '{SENTINEL}', '{SENTINEL}', '{SENTINEL}', null, '{SENTINEL}')",
        f"update stage.patient set patient_id = '{SENTINEL}', gender = '{SENTINEL}', birth_date = '{SENTINEL}'",
        f"update stage.observation set patient_id = '{SENTINEL}', value_unit = '{SENTINEL}', value_unit_code = null, "
        f"effective_datetime = '{SENTINEL}', observation_id = '{SENTINEL}'",
        f"update stage.observation_coding set observation_id = '{SENTINEL}'",
        f"insert into counts.unmapped_codes values ('Condition', 'code', '{SENTINEL}', '{SENTINEL}', 1)",
        f"update cohort.codings set system = '{SENTINEL}', code = '{SENTINEL}', display = '{SENTINEL}'",
        f"update cohort.patients set patient_id = '{SENTINEL}', death_cause = '{SENTINEL}'",
        f"update cohort.courses set patient_id = '{SENTINEL}', exclusion_reason = '{SENTINEL}'",
        f"update cohort.strata set stratum = '{SENTINEL}'",
        f"update cohort.episodes set episode_id = '{SENTINEL}', not_counted_reason = '{SENTINEL}'",
        f"update cohort.evidence set role = '{SENTINEL}', resource_id = '{SENTINEL}'",
        f"update counts.proportions set stratum = '{SENTINEL}'",
        "alter table cohort.person_time alter column days type varchar",
        f"update cohort.person_time set days = '{SENTINEL}'",
    ]
    for statement in plant:
        hospital.execute(statement)
    with caplog.at_level(logging.DEBUG):
        results = [run_gate(station, hospital) for station in STATIONS]
    assert [result.outcome for result in results] == ["warned", "stopped", "stopped", "stopped"]
    assert SENTINEL not in repr(results)
    assert SENTINEL not in "".join(result.sentence() for result in results)
    assert SENTINEL not in caplog.text
    captured = capsys.readouterr()
    assert SENTINEL not in captured.out + captured.err
