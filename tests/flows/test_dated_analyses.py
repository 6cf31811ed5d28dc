"""A dated analysis: a frozen cohort, the same bytes again, shown by the weeks after it and by none before."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from ehr.practice.server import running
from flows import building, dated_analyses, past_weeks, steps
from flows.context import open_context
from flows.page_figures import shown_panel
from flows.summary import effect_lines
from flows.weeks import issued_runs
from tests.flows.conftest import TOKEN
from tests.flows.plain_week import plain_week
from tests.flows.small_ward import make_ward, tree, ward_home
from warehouse import read

NEXT_SUNDAY = date(2020, 1, 12)


@pytest.fixture(scope="module")
def home(hospital, shared, tmp_path_factory) -> Path:
    """A home whose week was issued before its analysis was made."""

    def issue(folder: Path) -> None:
        ward = shared("ward", lambda folder: make_ward(hospital, folder))
        with running(ward, token=TOKEN) as url:
            assert plain_week(ward_home(folder, url)) == 0

    copy = shutil.copytree(shared("ward-issued", issue), tmp_path_factory.mktemp("analysed") / "home")
    config = str(copy / "nadir.toml")
    [run] = issued_runs(copy / "nadir-data" / "landing")
    with steps.writing(config, "analysis"):
        dated_analyses.analyse(config, steps.WeekPlan(run.as_of, run.data_date))
    return copy


@pytest.fixture(scope="module")
def config(home) -> str:
    return str(home / "nadir.toml")


@pytest.fixture(scope="module")
def store(home) -> Path:
    return home / "nadir-data" / "store"


def analysis_of(store: Path) -> str:
    [run_id] = read(store, "ops.runs", flow="analysis")["run_id"]
    return str(run_id)


def test_an_analysis_is_no_week_and_issues_under_an_id_of_its_own(home, store):
    [week] = issued_runs(home / "nadir-data" / "landing")
    assert week.run_id != analysis_of(store)
    assert len(read(store, "published.estimates", run_id=analysis_of(store))) == 0
    assert len(read(store, "published.two_by_two", run_id=analysis_of(store))) == 4
    assert not (home / "nadir-data" / "reports" / "car-t-b-all" / "analysis").exists()


def test_every_planned_row_is_there_with_its_counts_or_the_reason(store):
    effects = read(store, "published.effects", run_id=analysis_of(store)).sort_values("place")
    assert list(effects["place"]) == list(range(1, 15))
    assert (effects["estimate"].notna() | (effects["note"] != "")).all()
    assert effects["p_value"].notna().any()
    lines = effect_lines(effects)
    assert len(lines) == 14
    assert all("Holm of 2" in line for line in lines[1:3])


def test_the_same_clocks_again_change_no_byte(home, config, store):
    landing = home / "nadir-data" / "landing"
    issued = landing / "published" / analysis_of(store)
    checks = (issued / "ops.checks.jsonl").read_bytes()
    before = tree(landing)
    [week] = issued_runs(landing)
    context = open_context(config)
    with steps.writing(config, "analysis"):
        run = building.run_key(context, as_of=week.as_of, data_date=week.data_date)
        dated_analyses.issue_analysis(context, run, [])
    (issued / "ops.checks.jsonl").write_bytes(checks)
    assert tree(landing) == before


def test_a_week_after_it_shows_the_analysis_and_the_week_before_does_not(home, config, store):
    [old] = issued_runs(home / "nadir-data" / "landing")
    plan = steps.WeekPlan(old.as_of, NEXT_SUNDAY)
    with steps.writing(config, "weekly"):
        stations = [steps.station(config, plan, name) for name in steps.STATIONS]
        issued = steps.issue(config, plan, stations, flow="weekly")
    assert shown_panel(store, old.run_id) is None
    shown = shown_panel(store, issued.run_id)
    assert shown is not None
    assert (shown.run_id, shown.data_date) == (analysis_of(store), old.data_date.isoformat())
    assert not {"p_value", "p_adjusted"} & set(shown.effects.columns)
    assert len(shown.two_by_two) == 4


@pytest.mark.nightly
def test_weeks_before_and_after_are_built_again_to_the_byte(config):
    plans = past_weeks.weeks_known_at(config, None, None)
    with steps.writing(config, "rebuild"):
        again = [past_weeks.rebuild_past(config, plan, flow=issued_by) for plan, issued_by in plans]
    assert [(week.week, week.ending, week.missing) for week in again] == [
        ("2020-W01", "equal", ()),
        ("2020-W02", "equal", ()),
    ]
