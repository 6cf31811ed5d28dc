"""Why a week changed, on real builds: a ward of two dozen is issued, changed, and issued again."""

from __future__ import annotations

import copy
import csv
import io
import json
import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows import building, command_cases, context, steps
from flows.changes import last_issue
from flows.commands import parser
from flows.errors import CommandRejected
from mappings import protocol, value_sets
from tests.flows.conftest import Hospital, write_settings
from tests.flows.small_ward import tree
from warehouse import read, relations

FIRST, SECOND = date(2019, 12, 29), date(2020, 1, 5)
PATIENTS = 24
Resource = dict[str, Any]


@dataclass(frozen=True)
class Home:
    """A settings file, its home and the source folder that it pulls from."""

    folder: Path

    @property
    def store(self) -> Path:
        return self.folder / "nadir-data" / "store"

    @property
    def landing(self) -> Path:
        return self.folder / "nadir-data" / "landing"

    @property
    def config(self) -> str:
        return str(self.folder / "nadir.toml")

    def resources(self, name: str = "Observation") -> list[Resource]:
        text = (self.folder / "source" / f"{name}.ndjson").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def write(self, resources: list[Resource], name: str = "Observation") -> None:
        lines = [json.dumps(resource, ensure_ascii=False) + "\n" for resource in resources]
        (self.folder / "source" / f"{name}.ndjson").write_text("".join(lines), encoding="utf-8")

    def issue(self, through: date, *, pull: bool = True) -> steps.Issued:
        if pull:
            steps.pull(self.config, full=True, report=lambda event: None)
        steps.load(self.config)
        plan = steps.plan_week(self.config, through=through, as_of=None)
        stations = [steps.station(self.config, plan, name) for name in steps.STATIONS]
        return steps.issue(self.config, plan, stations, flow="weekly")

    def rows(self, relation: str, run_id: str) -> list[dict[str, Any]]:
        return read(self.store, relation, run_id=run_id).to_dict("records")

    def changes(self, run_id: str) -> list[dict[str, Any]]:
        rows = self.rows("published.changes", run_id)
        parsed = {
            name: [json.loads(row[name]) if isinstance(row[name], str) else None for row in rows]
            for name in ("before", "after", "evidence")
        }
        return [{**row, **{name: parsed[name][at] for name in parsed}} for at, row in enumerate(rows)]


def patient_of(resource: Resource) -> str | None:
    if resource["resourceType"] == "Patient":
        return resource.get("id")
    who = resource.get("subject") or resource.get("patient") or {}
    return str(who.get("reference", "")).removeprefix("Patient/")


@pytest.fixture(scope="module")
def first(hospital: Hospital, tmp_path_factory) -> tuple[Home, str]:
    """The newest version of everything of two dozen patients, issued once."""
    home = Home(tmp_path_factory.mktemp("changes") / "first")
    (home.folder / "source").mkdir(parents=True)
    wanted = set(sorted(hospital.members)[:PATIENTS])
    newest: dict[str, dict[str, Resource]] = {}
    for resource in hospital.lines():
        if "id" in resource and (resource["resourceType"] == "Medication" or patient_of(resource) in wanted):
            newest.setdefault(resource["resourceType"], {})[resource["id"]] = resource
    for name, by_id in newest.items():
        home.write(list(by_id.values()), name)
    write_settings(home.folder, {"server.source": "folder", "server.folder": "source"})
    return home, home.issue(FIRST).run_id


@dataclass(frozen=True)
class Ward:
    """A copy of the first home with the single cultures of which its counted episodes are made."""

    home: Home
    run_id: str
    single: list[tuple[str, str]]

    def observation(self, number: int) -> Resource:
        wanted = self.single[number][1]
        return copy.deepcopy(next(row for row in self.home.resources() if row["id"] == wanted))


def again(first: tuple[Home, str], folder: Path) -> Ward:
    home = Home(folder)
    shutil.copytree(first[0].folder, folder)
    episodes = [row for row in home.rows("published.episodes", first[1]) if row["counted"]]
    evidence = [row for row in home.rows("published.episode_evidence", first[1]) if row["role"] == "supports"]
    single, patients = [], set()
    for episode in episodes:
        mine = [row for row in evidence if row["episode_id"] == episode["episode_id"]]
        if len(mine) == 1 and mine[0]["resource_type"] == "Observation" and episode["patient_id"] not in patients:
            patients.add(episode["patient_id"])
            single.append((episode["episode_id"], mine[0]["resource_id"]))
    return Ward(home, first[1], single)


def newer(resource: Resource, **changed: Any) -> Resource:
    number = int(resource["meta"]["versionId"]) + 1
    stamp = {"versionId": str(number), "lastUpdated": "2020-01-03T08:00:00.000Z"}
    return resource | {"meta": resource["meta"] | stamp} | changed


ORGANISM = {"coding": [{"system": "http://snomed.info/sct", "code": "9861002", "display": "Streptococcus pneumoniae"}]}


@dataclass(frozen=True)
class Changed:
    """The ward after a week in which everything happened, and the run that issued it."""

    ward: Ward
    run_id: str
    late: str
    fresh: str

    def causes(self, number: int) -> list[str]:
        subject = f"episode/{self.ward.single[number][0]}"
        return sorted(row["cause"] for row in self.ward.home.changes(self.run_id) if row["subject"] == subject)


def of_a_living_patient(ward: Ward) -> Resource:
    patients = read(ward.home.store, "cohort.patients")
    living = set(patients[patients["died_on"].isna()]["patient_id"])
    return next(
        found
        for number in range(6, len(ward.single))
        for found in [ward.observation(number)]
        if patient_of(found) in living
    )


def cultured(ward: Ward, like: Resource, name: str, at: str) -> tuple[Resource, Resource]:
    """The same patient's culture of another specimen, with another organism."""
    specimen_id = like["specimen"]["reference"].removeprefix("Specimen/")
    specimen = copy.deepcopy(next(row for row in ward.home.resources("Specimen") if row["id"] == specimen_id))
    specimen |= {"id": f"{name}-specimen", "collection": {"collectedDateTime": at}}
    return like | {
        "id": name,
        "effectiveDateTime": at,
        "valueCodeableConcept": ORGANISM,
        "specimen": {"reference": f"Specimen/{name}-specimen"},
    }, specimen


def decide(ward: Ward, episode_id: str, decided_at: datetime, **verdict: str) -> None:
    episodes = ward.home.rows("published.episodes", ward.run_id)
    [row] = [row for row in episodes if row["episode_id"] == episode_id]
    line = {"episode_id": episode_id, "evidence_hash": row["evidence_hash"], "decided_by": "lead"} | verdict
    command_cases.append_verdict(ward.home.landing, line | {"decided_at": decided_at.isoformat()}, decided_at)


@pytest.fixture(scope="module")
def changed(first, tmp_path_factory) -> Changed:
    """Amended, deleted, entered in error, amended and late at once, late alone, new, and a verdict."""
    ward = again(first, tmp_path_factory.mktemp("changed") / "home")
    amended, deleted, wrong, both, doubled = (ward.observation(number) for number in range(5))
    late, late_specimen = cultured(ward, doubled, "late-culture", doubled["effectiveDateTime"])
    fresh, fresh_specimen = cultured(ward, of_a_living_patient(ward), "new-culture", "2020-01-02T10:00:00+08:00")
    ward.home.write([*ward.home.resources("Specimen"), late_specimen, fresh_specimen], "Specimen")
    second = newer(both, id="second-culture", valueCodeableConcept=ORGANISM)
    replaced = {
        amended["id"]: newer(amended, valueCodeableConcept=ORGANISM),
        wrong["id"]: newer(wrong, status="entered-in-error"),
        both["id"]: newer(both, valueCodeableConcept=ORGANISM),
    }
    kept = [replaced.get(row["id"], row) for row in ward.home.resources() if row["id"] != deleted["id"]]
    ward.home.write([*kept, late, fresh, second])
    gone = {"resource_type": "Observation", "resource_id": deleted["id"], "deleted_at": "2020-01-03T08:00:00Z"}
    ward.home.write([gone], "deletions")
    as_of = datetime.fromisoformat(str(read(ward.home.store, "ops.runs")["as_of"].iloc[0]))
    decided_at = as_of + timedelta(seconds=1)
    decide(ward, ward.single[5][0], decided_at, verdict="reject")
    decide(ward, ward.single[-1][0], decided_at, verdict="reclassify", reclassified_to="parasitic")
    return Changed(ward, ward.home.issue(SECOND).run_id, "late-culture", "new-culture")


@pytest.mark.parametrize(
    ("number", "causes"),
    [(0, ["amended"]), (1, ["deleted"]), (2, ["entered in error"]), (3, ["amended", "late data"]), (5, ["verdict"])],
)
def test_an_episode_has_the_causes_of_what_happened_to_its_evidence(changed, number: int, causes: list[str]) -> None:
    assert changed.causes(number) == causes


def test_a_class_that_a_person_gives_is_issued_and_moves_its_figures(changed) -> None:
    rows = changed.ward.home.changes(changed.run_id)
    episode_id, _ = changed.ward.single[-1]
    [row] = [row for row in rows if row["subject"] == f"episode/{episode_id}"]
    assert row["cause"] == "verdict"
    assert row["after"]["infection_class"] == "parasitic"
    figures = {row["subject"] for row in rows if row["cause"] == "verdict" and row["subject"].startswith("figure/")}
    assert any(subject.startswith("figure/infection_events/") and "/parasitic" in subject for subject in figures)


def test_a_result_dated_before_the_last_sunday_is_late_and_one_after_it_is_new(changed) -> None:
    home = changed.ward.home
    behind = {row["resource_id"]: row["episode_id"] for row in home.rows("published.episode_evidence", changed.run_id)}
    rows = {row["subject"]: row for row in home.changes(changed.run_id)}
    late, fresh = (rows[f"episode/{behind[name]}"] for name in (changed.late, changed.fresh))
    assert (late["cause"], fresh["cause"]) == ("late data", "new data")
    # Drawn with the other specimen, the late one joins its episode; the new one stands alone.
    assert late["before"] is not None
    assert fresh["before"] is None


def test_a_change_names_the_versions_before_and_after(changed) -> None:
    subject = f"episode/{changed.ward.single[0][0]}"
    (row,) = [row for row in changed.ward.home.changes(changed.run_id) if row["subject"] == subject]
    (version,) = row["evidence"]
    assert version["resource_id"] == changed.ward.single[0][1]
    assert int(version["version_after"]) == int(version["version_before"]) + 1
    assert row["after"]["organisms"] == "Streptococcus pneumoniae"
    assert row["previous_run_id"] == changed.ward.run_id


def test_no_build_of_the_comparison_is_left(changed) -> None:
    builds = {path.stem.removeprefix("build-") for path in changed.ward.home.store.glob("build-*.duckdb")}
    assert builds == {changed.ward.run_id, changed.run_id}


@pytest.mark.nightly
def test_the_same_week_again_is_the_same_to_the_byte(changed) -> None:
    home = changed.ward.home
    places = [home.landing / "published", home.folder / "nadir-data" / "reports"]
    before = [tree(place) for place in places]
    assert home.issue(SECOND, pull=False).run_id == changed.run_id
    assert [tree(place) for place in places] == before
    file = home.landing / "published" / changed.run_id / "published.changes.jsonl"
    assert len(file.read_bytes()) > 0
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.nightly
def test_the_first_issue_again_is_compared_with_none(changed) -> None:
    """A run that is issued again is compared with what it was compared with first, not with what came after it."""
    home = changed.ward.home
    as_of = datetime.fromisoformat(str(read(home.store, "ops.runs")["as_of"].min()))
    opened = context.open_context(home.config)
    assert last_issue(opened, building.run_key(opened, as_of=as_of, data_date=FIRST)) is None
    assert home.changes(changed.ward.run_id) == []


@pytest.fixture
def other_definitions(first, tmp_path, monkeypatch) -> Ward:
    """The same data with other software, another protocol and another code list."""
    ward = again(first, tmp_path / "home")
    folder = ward.home.folder
    text = (protocol.OWN_FOLDER / "car-t-b-all.toml").read_text(encoding="utf-8")
    early, late = "last_day = { value = 30,", "first_day = { value = 31,"
    (folder / "protocols").mkdir()
    (folder / "protocols" / "car-t-b-all.toml").write_text(
        text.replace(early, early.replace("30", "10"), 1).replace(late, late.replace("31", "11"), 1), encoding="utf-8"
    )
    with (value_sets.OWN_FOLDER / "organisms.csv").open(encoding="utf-8", newline="") as file:
        names, *rows = list(csv.reader(file))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([*row[:2], f"{row[2]} renamed", *row[3:]] for row in rows if row[0].endswith("sct"))
    (folder / "valuesets").mkdir()
    (folder / "valuesets" / "organisms.csv").write_text(out.getvalue(), encoding="utf-8")
    chosen = {"site.protocols": "protocols", "site.valuesets": "valuesets"}
    write_settings(folder, {"server.source": "folder", "server.folder": "source", **chosen})
    monkeypatch.setattr(context, "software_version", lambda: "next")
    original = relations.relation_sql

    def changed_sql(relation: str) -> str:
        found = original(relation)
        return found.replace("episodes.rule,", "'other' as rule,") if relation == "cohort.issued_episodes" else found

    monkeypatch.setattr(relations, "relation_sql", changed_sql)
    return ward


@pytest.mark.nightly
def test_definitions_that_change_at_once_are_told_apart(other_definitions) -> None:
    home = other_definitions.home
    run_id = home.issue(FIRST, pull=False).run_id
    episodes = [row for row in home.changes(run_id) if row["subject"].startswith("episode/")]
    told: dict[str, set[str]] = {}
    for row in episodes:
        told.setdefault(row["cause"], set()).update(row["after"] or {})
    assert set(told) == {"software", "protocol", "value set"}
    assert told["software"] == {"rule"}
    assert "window_name" in told["protocol"]
    assert "organisms" not in told["protocol"]
    assert told["value set"] == {"organisms"}
    figures = {row["cause"] for row in home.changes(run_id) if row["subject"].startswith("figure/")}
    assert "protocol" in figures
    assert figures <= {"protocol", "value set"}


def run_words(*words: str) -> int:
    arguments = parser().parse_args(words)
    return int(arguments.run(arguments))


@pytest.mark.parametrize(("number", "cause", "withdrawn"), [(0, "amended", False), (1, "deleted", True)])
def test_a_case_leads_to_its_resource_versions(changed, capsys, number: int, cause: str, withdrawn: bool) -> None:
    """Of one that was withdrawn to those of the issue before."""
    home, (episode_id, resource_id) = changed.ward.home, changed.ward.single[number]
    assert run_words("cases", "show", episode_id, "--json", "--config", home.config) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["episode"]["episode_id"] == episode_id
    assert resource_id in [row["resource_id"] for row in shown["evidence"] if row["role"] == "supports"]
    assert all(row["version_id"] for row in shown["evidence"])
    assert shown["withdrawn"] == withdrawn
    assert cause in [row["cause"] for row in shown["changes"]]


@pytest.mark.parametrize("words", [("show", "no-such-episode"), ("show", "no-such-episode", "--week", "2001-W01")])
def test_a_case_or_week_that_was_not_issued_is_wrong_usage(changed, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandRejected):
        run_words("cases", *words, "--config", changed.ward.home.config)


def test_a_class_that_does_not_exist_is_not_landed(changed) -> None:
    home, (episode_id, _) = changed.ward.home, changed.ward.single[0]
    before = tree(home.landing / "verdicts")
    with pytest.raises(CommandRejected, match="viral_resp"):
        run_words("cases", "reclassify", episode_id, "--to", "virus", "--by", "lead", "--config", home.config)
    assert tree(home.landing / "verdicts") == before


def test_a_verdict_is_landed_without_the_store_lock(changed, capsys) -> None:
    home, (episode_id, _) = changed.ward.home, changed.ward.single[0]
    with steps.writing(home.config, "another run"):
        words = ("cases", "reclassify", episode_id, "--to", "viral", "--by", "lead", "--config", home.config)
        assert run_words(*words) == 0
    newest = sorted((home.landing / "verdicts").glob("*.jsonl"))[-1]
    line = json.loads(newest.read_text(encoding="utf-8").splitlines()[-1])
    assert (line["episode_id"], line["verdict"], line["reclassified_to"]) == (episode_id, "reclassify", "viral")
    assert len(line["evidence_hash"]) == 64
    assert newest.stat().st_mode & 0o077 == 0
