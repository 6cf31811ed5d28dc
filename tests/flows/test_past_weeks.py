"""Weeks of the past: issued once, in hindsight where it is hindsight, and built again to the same bytes."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from ehr.practice.server import running
from flows import past_weeks, steps
from flows.errors import CommandRejected
from tests.flows.conftest import TOKEN
from tests.flows.plain_week import plain_week
from tests.flows.small_ward import make_ward, tree, ward_home
from warehouse import read


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


def test_an_issued_week_built_again_is_equal_byte_by_byte(config: str) -> None:
    data = Path(config).parent / "nadir-data"
    before = tree(data / "reports"), tree(data / "landing")
    [(plan, issued_by)] = past_weeks.weeks_known_at(config, None, None)
    with steps.writing(config, "rebuild"):
        made = past_weeks.rebuild_past(config, plan, flow=issued_by)
    assert (made.ending, made.missing) == ("equal", ())
    assert (tree(data / "reports"), tree(data / "landing")) == before


def test_other_definitions_than_then_are_named_and_nothing_is_built(config: str) -> None:
    file = Path(config)
    lists = file.parent / "lists"
    lists.mkdir()
    source = Path(past_weeks.__file__).parents[1] / "mappings" / "valuesets" / "site_example" / "infusions.csv"
    shutil.copy(source, lists / "infusions.csv")
    file.write_text(f'{file.read_text(encoding="utf-8")}[site]\nvaluesets = "{lists}"\n', encoding="utf-8")
    with pytest.raises(CommandRejected, match="value sets"):
        past_weeks.weeks_known_at(config, None, None)
