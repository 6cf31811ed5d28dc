"""Weeks of the past: issued once, in hindsight where it is hindsight, and built again to the same bytes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ehr.practice.server import running
from flows import building, past_weeks, steps
from flows.commands import parser
from flows.context import open_context
from flows.errors import CommandRejected
from tests.flows.conftest import TOKEN
from tests.flows.plain_week import plain_week
from tests.flows.small_ward import make_ward, tree, ward_home
from warehouse import read
from warehouse.connection import opened
from warehouse.store import archive_path


@pytest.fixture(scope="module")
def ward(hospital, shared) -> Path:
    return shared("ward", lambda folder: make_ward(hospital, folder))


@pytest.fixture
def config(ward, shared, tmp_path) -> str:
    """The settings of a home of our own whose week was issued."""

    def issue(folder: Path) -> None:
        with running(ward, token=TOKEN) as url:
            assert plain_week(ward_home(folder, url)) == 0

    return str(shutil.copytree(shared("ward-issued", issue), tmp_path / "home") / "nadir.toml")


def test_a_week_that_was_never_issued_is_issued_and_says_that_it_is_hindsight(config: str) -> None:
    plans, left_alone = past_weeks.missed_weeks(config, date(2019, 12, 23), date(2020, 1, 5))
    assert ([plan.week for plan in plans], left_alone) == (["2019-W52"], 1)
    with steps.writing(config, "backfill"):
        made = past_weeks.issue_past(config, plans[0], flow="backfill")
        past_weeks.show_newest(config, plans)
    assert (made.week, made.ending) == ("2019-W52", "issued")
    data = Path(config).parent / "nadir-data"
    assert (data / "reports" / "car-t-b-all" / "2019-W52" / "index.html").is_file()
    estimates = read(data / "store", "published.estimates", week="2019-W52")
    assert set(estimates["status"]) == {"reconstructed"}
    assert past_weeks.missed_weeks(config, date(2019, 12, 23), date(2020, 1, 5))[0] == []
    assert len(list((data / "store").glob("build-*.duckdb"))) == 1, "only the build that readers see is left"


@pytest.mark.nightly
def test_a_backup_restored_elsewhere_gives_the_issued_bytes(config: str, tmp_path: Path) -> None:
    """Landing, reports and settings on another machine: another home, another number of threads, no store."""
    data, elsewhere = Path(config).parent / "nadir-data", tmp_path / "elsewhere" / "srv"
    for name in ("landing", "reports"):
        shutil.copytree(data / name, elsewhere / name)
    issued = tree(elsewhere / "reports"), tree(elsewhere / "landing")
    restored = ward_home(tmp_path / "elsewhere", "http://127.0.0.1:9", **{"home": str(elsewhere), "store.threads": 2})
    words = ["store", "rebuild", "--config", restored, "--json"]
    arguments = parser().parse_args(words)
    assert arguments.run(arguments) == 0
    weeks = past_weeks.weeks_known_at(restored, None, None)
    with steps.writing(restored, "rebuild"):
        made = [past_weeks.rebuild_past(restored, plan, flow=issued_by) for plan, issued_by in weeks]
        past_weeks.show_newest(restored, [plan for plan, _ in weeks])
    assert [(week.week, week.ending, week.missing) for week in made] == [("2020-W01", "equal", ())]
    assert (tree(elsewhere / "reports"), tree(elsewhere / "landing")) == issued
    for relation in ("published.estimates", "cohort.episodes", "counts.infections"):
        assert read(elsewhere / "store", relation).equals(read(data / "store", relation)), relation


def test_other_definitions_than_then_are_named_and_nothing_is_built(config: str) -> None:
    file = Path(config)
    lists = file.parent / "lists"
    lists.mkdir()
    source = Path(past_weeks.__file__).parents[1] / "mappings" / "valuesets" / "site_example" / "infusions.csv"
    shutil.copy(source, lists / "infusions.csv")
    file.write_text(f'{file.read_text(encoding="utf-8")}[site]\nvaluesets = "{lists}"\n', encoding="utf-8")
    with pytest.raises(CommandRejected, match="value sets"):
        past_weeks.weeks_known_at(config, None, None)


def test_old_build_files_go_and_those_of_the_newest_weeks_stay(config: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Path(config).parent / "nadir-data" / "store"
    [mine] = store.glob("build-*.duckdb")
    for name in ("0" * 16, "1" * 16):
        shutil.copy(mine, store / f"build-{name}.duckdb")
    context = open_context(config)
    [(plan, _)] = past_weeks.weeks_known_at(config, None, None)
    run = building.run_key(context, as_of=plan.as_of, data_date=plan.data_date)
    assert building.tidy(context, run) == 2
    assert list(store.glob("build-*.duckdb")) == [mine]
    other = replace(run, data_date=date(2019, 12, 29))
    assert building.tidy(context, other) == 0, "the newest issued week's stays beside the run's own"
    monkeypatch.setenv("NADIR_STORE_KEEP_BUILDS", "0")
    assert building.tidy(open_context(config), other) == 1


def test_an_archive_of_an_earlier_version_is_made_again_by_the_next_load(config: str) -> None:
    store = Path(config).parent / "nadir-data" / "store"
    before = read(store, "published.estimates")
    with opened(archive_path(store)) as archive:
        archive.execute("alter table published.estimates drop column note")
        archive.execute("drop table ops.store_layout")
    with steps.writing(config, "ingest"):
        steps.load(config)
    with opened(archive_path(store), read_only=True) as archive:
        assert archive.table("published.estimates").count("*").fetchall() == [(len(before),)]
        assert "note" in archive.table("published.estimates").columns
    assert not (store / "archive-before.duckdb").exists()
