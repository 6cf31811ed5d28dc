"""The three Mondays of summer 2018: the hospital learns things when it plausibly could, and the answers fit it."""

import json
from datetime import date, datetime, timedelta

import pytest

from ehr.practice.generator.seed_cohort import QUIET_DAYS, QUIET_FROM, SUMMER, seed_charts
from ehr.practice.hospital_files import generate

SEEDS = (20160601, 7)


@pytest.fixture(scope="module")
def hospital(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mondays") / "hospital"
    generate(folder)
    return folder


@pytest.fixture(scope="module")
def truth(hospital):
    return json.loads((hospital / "truth.json").read_text(encoding="utf-8"))


def lines(hospital, name):
    return [json.loads(line) for line in (hospital / f"{name}.ndjson").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("seed", SEEDS)
def test_only_the_declared_patients_are_looked_at_in_the_summer(seed):
    quiet = (QUIET_FROM, QUIET_FROM + timedelta(days=QUIET_DAYS))
    found = {story.key: chart.day0_on for story, chart in seed_charts(seed)}
    assert {key: day for key, day in found.items() if quiet[0] <= day < quiet[1]} == SUMMER


def test_the_mondays_follow_each_other_at_one_in_the_night(truth):
    told = truth["mondays"]
    assert [row["data_date"] for row in told] == ["2018-07-15", "2018-07-22", "2018-07-29"]
    assert [row["now"] for row in told] == [f"2018-07-{day}T17:00:00Z" for day in (15, 22, 29)]
    assert {date.fromisoformat(row["data_date"]).isoweekday() for row in told} == {7}


def test_patients_infusions_and_deaths_are_those_of_the_stories(truth):
    people = [answer for answer in truth["patients"].values() if answer["in_cohort"]]
    for row in truth["mondays"]:
        sunday = date.fromisoformat(row["data_date"])
        gone = [answer["died_on"] is not None and answer["died_on"] <= row["data_date"] for answer in people]
        days = [(sunday - date.fromisoformat(answer["day0_on"])).days for answer in people]
        alive = [day for day, dead in zip(days, gone, strict=True) if not dead]
        assert sum(0 <= day <= 30 for day in alive) == row["day_0_30"]
        assert sum(31 <= day <= 90 for day in alive) == row["day_31_90"]
        assert sum(0 <= day <= 6 for day in days) == row["infusions"]
        week = (sunday - timedelta(days=6)).isoformat()
        assert sum(week <= (answer["died_on"] or "") <= row["data_date"] for answer in people) == row["deaths"]


def test_every_cause_is_there_and_every_kind_of_difference(truth):
    rows = [row for monday in truth["mondays"] for row in monday["differences"]]
    assert {row["cause"] for row in rows} == {"new data", "late data", "amended", "deleted", "entered in error"}
    assert {row["change"] for row in rows} == {"new", "changed", "withdrawn"}


def test_new_data_is_of_the_week_and_late_data_is_older(truth):
    for monday in truth["mondays"]:
        for row in monday["differences"]:
            if row["change"] == "new":
                assert (row["onset_on"] > monday["previous_data_date"]) == (row["cause"] == "new data"), row["story"]


def test_what_is_withdrawn_is_not_in_the_finished_study(truth):
    for monday in truth["mondays"]:
        for row in monday["differences"]:
            told = [(e["onset_on"], e["counted"]) for e in truth["patients"][row["patient_id"]]["episodes"]]
            if row["change"] == "withdrawn":
                assert (row["onset_on"], True) not in told


def test_a_person_registered_twice_is_merged_into_the_survivor(hospital, truth):
    [(double, survivor)] = truth["merged"].items()
    versions = [row for row in lines(hospital, "Patient") if row["id"] == double]
    assert [row.get("link") for row in versions] == [
        None,
        [{"other": {"reference": f"Patient/{survivor}"}, "type": "replaced-by"}],
    ]
    [of_double] = [row for row in lines(hospital, "Observation") if row["subject"]["reference"] == f"Patient/{double}"]
    assert of_double["meta"]["lastUpdated"] < versions[1]["meta"]["lastUpdated"] < truth["mondays"][2]["now"]


def test_nothing_is_recorded_before_it_happened(hospital):
    for path in sorted(hospital.glob("[A-Z]*.ndjson")):
        for row in lines(hospital, path.stem):
            recorded = datetime.fromisoformat(row["meta"]["lastUpdated"])
            for element in ("effectiveDateTime", "performedDateTime", "authoredOn"):
                text = row.get(element, "")
                if "T" in text:
                    assert datetime.fromisoformat(text) <= recorded, (path.stem, element)


def test_a_stay_is_known_at_admission_and_ends_at_discharge(hospital):
    stays = {}
    for row in lines(hospital, "Encounter"):
        if row["class"]["code"] == "IMP":
            stays.setdefault(row["id"], []).append((row["status"], "end" in row["period"]))
    assert set(map(tuple, stays.values())) == {
        (("in-progress", False), ("finished", True)),
        (("in-progress", False),),
    }
