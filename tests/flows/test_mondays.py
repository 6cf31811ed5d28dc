"""Three Mondays of summer 2018, pulled while the hospital's clock goes on, differ exactly as declared."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from ehr.plan import PullPlan
from ehr.practice.hospital_files import snapshot
from ehr.sources import pull
from mappings.protocol import load_protocol
from mappings.value_sets import load_value_sets
from tests.flows.conftest import plain
from warehouse import read_build
from warehouse.build import Build
from warehouse.load import load_landing
from warehouse.run_key import RunKey

WEEK = timedelta(days=7)


@pytest.fixture(scope="module")
def issues(hospital, tmp_path_factory):
    """What each Sunday holds, by its date: rows of relations; the week before the first Monday too."""
    home = tmp_path_factory.mktemp("live")
    told = hospital.truth["mondays"]
    clock = {monday["data_date"]: datetime.fromisoformat(monday["now"]) for monday in told}
    clock = {told[0]["previous_data_date"]: datetime.fromisoformat(told[0]["now"]) - WEEK, **clock}
    return {sunday: issue_of(hospital, home, sunday, now) for sunday, now in clock.items()}


def issue_of(hospital, home, sunday, now):
    export = snapshot(hospital.folder, home / sunday, now)
    plan = PullPlan(source="folder", folder=export)
    receipt = pull(plan, home / "landing", clock=lambda: now, report=lambda event: None)
    load_landing(home / "store", home / "landing")
    run = RunKey(
        as_of=receipt.landed_at,
        data_date=date.fromisoformat(sunday),
        time_zone="Asia/Shanghai",
        protocol=load_protocol("car-t-b-all"),
        value_sets=load_value_sets(),
        software_version="0",
    )
    build = Build(home / "store", run)
    build.stage()
    build.cohort()
    return {
        name: plain(read_build(home / "store", run.run_id, f"cohort.{name}"))
        for name in ("episodes", "courses", "patients", "infusions")
    }


def episodes(issue):
    members = {(row["patient_id"], row["course_number"]) for row in issue["courses"] if row["in_cohort"]}
    return {row["episode_id"]: row for row in issue["episodes"] if (row["patient_id"], row["course_number"]) in members}


def row_of(change, episode, fields=()):
    return {
        "patient_id": episode["patient_id"],
        "change": change,
        "onset_on": episode["onset_on"],
        "onset_day": episode["onset_day"],
        "infection_class": episode["infection_class"],
        "counted": episode["counted"],
        "not_counted_reason": episode["not_counted_reason"],
        "fields": {name: {"before": before, "after": after} for name, before, after in fields},
    }


# Further evidence that leaves the named columns of contracts 5 alone is no change of the episode.
EVIDENCE = {"evidence_hash", "last_on"}


def differences(before, after):
    rows = [row_of("new", after[key]) for key in after if key not in before]
    rows += [row_of("withdrawn", before[key]) for key in before if key not in after]
    for key in before.keys() & after.keys():
        fields = [
            (name, before[key][name], after[key][name])
            for name in sorted(before[key].keys() - EVIDENCE)
            if before[key][name] != after[key][name]
        ]
        if fields:
            rows.append(row_of("changed", after[key], fields))
    return rows


def in_order(rows):
    return sorted(rows, key=lambda row: (row["patient_id"], row["onset_on"], row["change"]))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_differs_from_the_week_before_is_what_was_declared(hospital, issues, place):
    monday = hospital.truth["mondays"][place]
    found = differences(episodes(issues[monday["previous_data_date"]]), episodes(issues[monday["data_date"]]))
    declared = [
        {key: value for key, value in row.items() if key not in {"story", "cause"}} for row in monday["differences"]
    ]
    assert in_order(found) == in_order(declared)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_first_screen_counts_the_declared_patients(hospital, issues, place):
    monday = hospital.truth["mondays"][place]
    issue = issues[monday["data_date"]]
    members = {row["patient_id"]: row for row in issue["courses"] if row["in_cohort"]}
    died = {row["patient_id"]: row["died_on"] for row in issue["patients"] if row["died_on"]}
    days = {
        patient_id: (pd.Timestamp(monday["data_date"]) - pd.Timestamp(row["day0_on"])).days
        for patient_id, row in members.items()
    }
    alive = [day for patient_id, day in days.items() if patient_id not in died]
    week = (date.fromisoformat(monday["data_date"]) - WEEK + timedelta(days=1)).isoformat()
    infused = [row["infused_on"] for row in issue["infusions"] if row["patient_id"] in members]
    assert sum(0 <= day <= 30 for day in alive) == monday["day_0_30"]
    assert sum(31 <= day <= 90 for day in alive) == monday["day_31_90"]
    assert sum(week <= day <= monday["data_date"] for day in infused) == monday["infusions"]
    assert sum(day >= week for patient_id, day in died.items() if patient_id in members) == monday["deaths"]


def test_the_death_is_to_adjudicate_until_its_certificate_comes(hospital, issues):
    [patient_id] = [key for key, answer in hospital.members.items() if answer["story"] == "mrsa_death"]
    causes = [
        row["death_cause"] for issue in issues.values() for row in issue["patients"] if row["patient_id"] == patient_id
    ]
    assert causes == [None, None, "probable_infection", "infection"]


def test_what_was_recorded_under_a_merged_patient_is_the_survivors(hospital, issues):
    [double] = hospital.truth["merged"]
    assert all(double not in {row["patient_id"] for row in issue["patients"]} for issue in issues.values())
