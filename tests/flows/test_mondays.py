"""Three Mondays of summer 2018, issued while the hospital's clock goes on, differ as declared, and for the cause.

The second and the third are those of the demo; the first is issued here after the Sunday before it, and once more.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ehr.practice.hospital_files import snapshot
from flows import steps
from flows.commands import parser
from flows.context import iso_week, open_context, standing_at
from flows.first_screen import to_adjudicate, week_counts, week_of
from flows.line_list import episode_list, line_list
from flows.weeks import ANALYSIS
from metrics.line_list import line_changes
from metrics.week_states import scalar
from tests.flows.conftest import Demo, Hospital, write_settings
from warehouse import read

WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
KEYS = (
    "change", "patient_id", "onset_on", "onset_day", "infection_class", "counted", "not_counted_reason", "cause",
)  # fmt: skip


@dataclass(frozen=True)
class Issue:
    """An issued week: the settings of its home and its row of ops.runs."""

    config: Path
    run: Mapping[str, Any]

    @property
    def data(self) -> Path:
        return self.config.parent / "nadir-data"

    @property
    def run_id(self) -> str:
        return str(self.run["run_id"])

    @property
    def previous_run_id(self) -> str | None:
        found = scalar(self.run["previous_run_id"])
        return None if found is None else str(found)

    @property
    def week(self) -> str:
        return iso_week(pd.Timestamp(self.run["data_date"]).date())

    def published(self, relation: str, run_id: str | None = None) -> pd.DataFrame:
        return read(self.data / "store", f"published.{relation}", run_id=run_id or self.run_id)

    def lines(self) -> list[dict[str, Any]]:
        zone = open_context(self.config).settings.zone
        rows = line_list(self.data / "store", self.run_id, self.previous_run_id, zone)
        return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]

    def episodes_that_changed(self) -> set[str]:
        subjects = [str(subject).partition("/") for subject in self.published("changes")["subject"]]
        return {episode_id for kind, _, episode_id in subjects if kind == "episode"}


def issues_of(config: Path) -> list[Issue]:
    """Every week issued in a home, in the order in which they were issued."""
    runs = read(config.parent / "nadir-data" / "store", "ops.runs").sort_values("as_of")
    runs = runs[runs["flow"] != ANALYSIS]
    return [Issue(config, {str(name): value for name, value in row.items()}) for row in runs.to_dict("records")]


def issue(hospital: Hospital, folder: Path, now: datetime) -> str:
    """The week that is over at an instant, pulled from what the hospital's folder held then; the settings file."""
    export = folder / now.strftime("export-%Y%m%dT%H%M")
    config = str(write_settings(folder, {"server.source": "folder", "server.folder": str(export)}))
    with standing_at(now):
        if not export.exists():
            snapshot(hospital.folder, export, now)
            steps.pull(config, full=True, report=lambda event: None)
        steps.load(config)
        plan = steps.plan_week(config, through=None, as_of=None)
        stations = [steps.station(config, plan, name) for name in steps.STATIONS]
        steps.issue(config, plan, stations, flow="weekly")
    return config


@pytest.fixture(scope="session")
def early(hospital: Hospital, shared) -> list[Issue]:
    """The Sunday before the first Monday, the first Monday, and the same an hour later, when nothing had happened."""
    monday = datetime.fromisoformat(hospital.truth["mondays"][0]["now"])

    def make(folder: Path) -> None:
        for now in (monday - WEEK, monday, monday + HOUR):
            issue(hospital, folder, now)

    return issues_of(shared("early-mondays", make) / "nadir.toml")


# The first Monday costs three builds of its own: the Sunday before it, it, and it again.
PLACES = [pytest.param(0, marks=pytest.mark.nightly), 1, 2]


@pytest.fixture
def mondays(request: pytest.FixtureRequest, demo: Demo) -> Callable[[int], Issue]:
    """Gives the Monday at a place of the truth; the issue of the week before it stands in the same home."""
    _, second, third, _ = issues_of(demo.home / "nadir.toml")
    later = {1: second, 2: third}
    return lambda place: later[place] if place in later else request.getfixturevalue("early")[1]


def declared(monday: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {name: ", ".join(row[name]) if name == "infection_class" else row[name] for name in KEYS}
        for row in monday["differences"]
    ]


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["patient_id"], row["onset_on"], row["change"]))


@pytest.mark.parametrize("place", PLACES)
def test_the_line_list_is_what_was_declared_with_its_cause(
    hospital: Hospital, mondays: Callable[[int], Issue], place: int
) -> None:
    found = [{name: row[name] for name in KEYS} for row in mondays(place).lines()]
    assert in_order(found) == in_order(declared(hospital.truth["mondays"][place]))


@pytest.mark.parametrize("place", PLACES)
def test_every_episode_that_differs_has_its_cause_and_no_other_has_one(
    mondays: Callable[[int], Issue], place: int
) -> None:
    monday = mondays(place)
    before = monday.published("episodes", monday.previous_run_id)
    differing = {line.episode_id for line in line_changes(before, monday.published("episodes"))}
    assert monday.episodes_that_changed() == differing


@pytest.mark.parametrize("place", PLACES)
def test_what_changed_of_an_episode_is_what_was_declared(
    hospital: Hospital, mondays: Callable[[int], Issue], place: int
) -> None:
    monday = mondays(place)
    lines = line_changes(monday.published("episodes", monday.previous_run_id), monday.published("episodes"))
    found = {(str(line.row["patient_id"]), name): pair for line in lines for name, pair in line.fields.items()}
    expected = {
        (row["patient_id"], name): (", ".join(pair["before"]), ", ".join(pair["after"]))
        for row in hospital.truth["mondays"][place]["differences"]
        for name, pair in row["fields"].items()
    }
    assert found == expected


@pytest.mark.parametrize("place", PLACES)
def test_the_first_line_counts_what_was_declared(
    hospital: Hospital, mondays: Callable[[int], Issue], place: int
) -> None:
    monday, told = mondays(place), hospital.truth["mondays"][place]
    counts = week_counts(monday.published("estimates"), week_of(monday.data / "store", monday.previous_run_id))
    names = ("day_0_30", "day_31_90", "infusions", "new", "changed", "withdrawn", "deaths", "to_adjudicate")
    assert {name: getattr(counts, name) for name in names} == {name: told[name] for name in names}
    assert counts.previous_week == iso_week(datetime.fromisoformat(told["previous_data_date"]).date())


def test_of_the_first_issue_nothing_is_new(demo: Demo) -> None:
    first = issues_of(demo.home / "nadir.toml")[0]
    counts = week_counts(first.published("estimates"), week_of(first.data / "store", first.previous_run_id))
    assert (counts.new, counts.changed, counts.withdrawn, counts.previous_week) == (0, 0, 0, None)
    assert first.lines() == []
    assert len(first.published("changes")) == 0
    assert len(first.published("episodes")) > 0


def test_a_line_says_where_and_when_and_how_sure(hospital: Hospital, mondays: Callable[[int], Issue]) -> None:
    """The Gram-negative rod of day 30, first preliminary."""
    by_story = {
        (row["patient_id"], row["onset_on"]): row["story"]
        for monday in hospital.truth["mondays"]
        for row in monday["differences"]
    }
    told = {
        (place, row["change"], by_story[row["patient_id"], row["onset_on"]]): row
        for place in (1, 2)
        for row in mondays(place).lines()
    }
    rod, named = told[1, "new", "day_thirty"], told[2, "changed", "day_thirty"]
    assert (rod["result_status"], named["result_status"]) == ("preliminary", "final")
    assert named["what"] == "organisms: Gram-negative bacillus → Enterobacter cloacae"
    assert rod["specimen_at"].startswith(rod["onset_on"])
    assert len(rod["specimen_at"]) == len("2018-07-20 08:15")
    assert told[1, "new", "mrsa_death"]["ward"].startswith("Haematology")
    assert told[1, "withdrawn", "refuted"]["what"] == "was counted"


@pytest.mark.parametrize("place", [1, 2])
def test_every_line_leads_to_its_resource_versions(mondays: Callable[[int], Issue], place: int, capsys) -> None:
    """Of a withdrawn one to what stood behind it in the issue before."""
    monday = mondays(place)
    known = {
        (row.resource_type, row.resource_id, row.version_id)
        for run_id in (monday.run_id, monday.previous_run_id)
        for row in monday.published("episode_evidence", run_id).itertuples()
    }
    for line in monday.lines():
        words = ["cases", "show", line["episode_id"], "--week", monday.week, "--json", "--config", str(monday.config)]
        arguments = parser().parse_args(words)
        assert arguments.run(arguments) == 0
        shown = json.loads(capsys.readouterr().out)
        assert shown["withdrawn"] == (line["change"] == "withdrawn")
        assert shown["episode"]["episode_id"] == line["episode_id"]
        behind = {(row["resource_type"], row["resource_id"], row["version_id"]) for row in shown["evidence"]}
        assert behind
        assert behind <= known
        assert {"/".join(named) for named in behind if named[0] == "Observation"} & set(line["evidence"])
        assert {row["cause"] for row in shown["changes"]} == set(line["cause"].split(", "))


@pytest.mark.nightly
def test_a_fever_without_a_specimen_has_its_ward(hospital: Hospital, early: list[Issue]) -> None:
    [patient_id] = [key for key, answer in hospital.members.items() if answer["story"] == "mrsa_death"]
    [fever] = [row for row in early[1].lines() if row["patient_id"] == patient_id and row["change"] == "new"]
    assert (fever["ward"], fever["specimen_at"], fever["result_status"]) == ("MICU", None, "")


@pytest.mark.nightly
def test_a_week_pulled_again_without_news_has_no_change(early: list[Issue]) -> None:
    _, monday, later = early
    assert later.previous_run_id == monday.run_id
    assert later.lines() == []
    assert len(later.published("changes")) == 0
    for relation in ("episodes", "curves", "two_by_two"):
        frames = [issue.published(relation).drop(columns="run_id") for issue in (monday, later)]
        assert frames[0].equals(frames[1]), relation


def test_the_death_waits_for_a_verdict_until_its_certificate_comes(hospital: Hospital, demo: Demo) -> None:
    [patient_id] = [key for key, answer in hospital.members.items() if answer["story"] == "mrsa_death"]
    cases = read(demo.data / "store", "cohort.open_cases")
    patients = read(demo.data / "store", "cohort.patients", patient_id=patient_id)
    assert patients["death_cause"].tolist() == ["infection"]
    assert patient_id not in set(cases["patient_id"])


def test_what_was_recorded_under_a_merged_patient_is_the_survivors(
    hospital: Hospital, mondays: Callable[[int], Issue]
) -> None:
    [double] = hospital.truth["merged"]
    assert all(double not in set(mondays(place).published("episodes")["patient_id"]) for place in (1, 2))


def shown(capsys, *words: str) -> Any:
    """What `nadir cases` prints as JSON."""
    arguments = parser().parse_args(["cases", *words])
    assert arguments.run(arguments) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.nightly
def test_the_command_lists_the_cases_that_the_page_sets_apart(early: list[Issue], capsys) -> None:
    issue = early[-1]
    store, run_id = issue.data / "store", issue.run_id
    zone = open_context(issue.config).settings.zone
    apart = to_adjudicate(store, episode_list(store, run_id, zone)).to_dict("records")
    listed = shown(capsys, "list", "--json", "--config", str(issue.config))
    names = ("kind", "episode_id", "patient_id")
    assert [[row[name] for name in names] for row in listed] == [[row[name] for name in names] for row in apart]
    assert len(listed) == week_counts(issue.published("estimates"), None).to_adjudicate > 0
    assert all(row["evidence"] and row["reason"].endswith("?") for row in apart)


@pytest.mark.nightly
def test_a_case_that_was_decided_since_says_so(early: list[Issue], capsys, tmp_path: Path) -> None:
    (tmp_path / "nadir-data" / "store").mkdir(parents=True)
    for name in ("nadir.toml", "nadir-data/store/read.duckdb"):
        shutil.copy(early[-1].config.parent / name, tmp_path / name)
    place = ("--config", str(tmp_path / "nadir.toml"))
    case = shown(capsys, "list", "--json", *place)[0]
    assert (case["kind"], case["reason"], case["decided"]) == ("death", "probable_infection", None)
    words = ["cases", "reclassify", case["episode_id"], "--to", "death_of_infection", "--by", "lead", *place]
    arguments = parser().parse_args(words)
    assert arguments.run(arguments) == 0
    capsys.readouterr()
    assert shown(capsys, "list", "--json", *place)[0] == case | {"decided": "death_of_infection"}
