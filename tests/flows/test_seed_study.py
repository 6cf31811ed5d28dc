"""The seed study comes out of the practice hospital: the same by every roster, and true for each patient."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import date

import pytest

from ehr.practice.server import running
from flows import building, steps
from flows.context import open_context
from flows.summary import figure, summary_lines
from tests.flows.conftest import STUDY_ENDS_ON, TOKEN, Study
from tests.flows.plain_week import plain_week
from tests.flows.small_ward import make_ward, ward_home
from warehouse import read_build, reading
from warehouse.relations import relation_names

# The whole study by another roster is nightly: on the ward it has the same cohort and counts in every run, below.
SOURCES = ("folder", "search", *(pytest.param(source, marks=pytest.mark.nightly) for source in ("all", "patients")))
EVERYBODY = ("folder", pytest.param("all", marks=pytest.mark.nightly))
SUMMARY = """\
90 infused; 34 with, 56 without pre-existing infection, 0 unknown
infected on day 0-30, without pre-existing infection: 16/56 = 28.6 % (95 % CI 17.3-42.2, Clopper-Pearson), 17 infections
died of infection, same stratum: 2/56 = 3.6 % (95 % CI 0.4-12.3, Clopper-Pearson)
progressed, with pre-existing infection: 11/34 = 32.4 % (95 % CI 17.4-50.5, Clopper-Pearson)
bridging_other_than_fc / infected_early: odds ratio 3.52 (95 % CI 0.91-14.87, conditional exact); \
exposed 10 with, 12 without; unexposed 6 with, 26 without
crs_grade_3_exposure / progressed: odds ratio 5.90 (95 % CI 1.02-40.99, conditional exact); \
exposed 7 with, 5 without; unexposed 4 with, 18 without
bridging_non_tki / infected_early: odds ratio 4.02 (95 % CI 0.98-20.33, conditional exact); \
exposed 12 with, 16 without; unexposed 4 with, 22 without
crs_grade_3_exposure_broad / progressed_broad: odds ratio 3.58 (95 % CI 0.68-21.19, conditional exact); \
exposed 7 with, 5 without; unexposed 6 with, 16 without"""

# What looks like an infection and is none: listed by story, day and reason, beside what the truth declares.
ALSO_LISTED = Counter(
    [
        ("cold", 12, "presumed_viral_urti"),
        ("fever_only", 4, "fever_of_unknown_origin"),
        ("mouth_yeast", 10, "colonisation_or_unknown"),
        ("mouth_yeast", 10, "oral_candida"),
        ("mouth_yeast", None, "undatable"),
        ("old_entries", -100, "before_look_back"),
        ("zoster", 4, "fever_of_unknown_origin"),
    ]
)


@pytest.fixture(scope="module", params=SOURCES)
def study(request, issued):
    return issued(request.param)


@pytest.fixture
def members(hospital):
    return hospital.members


def first_courses(study, relation, **parameters):
    return study.built(relation, course_number=1, **parameters)


def test_the_summary_is_the_seed_study(study):
    assert summary_lines(study.estimates, study.two_by_two) == SUMMARY.splitlines()


def test_the_study_is_complete(study):
    assert (study.manifest["outcome"], study.manifest["missing"]) == ("complete", [])


@pytest.fixture(scope="module")
def ward(hospital, shared):
    return shared("ward", lambda folder: make_ward(hospital, folder))


@pytest.fixture(scope="module")
def ward_study(ward, shared):
    """The week of the ward by the roster `search`."""

    def issue(folder):
        with running(ward, token=TOKEN) as url:
            assert plain_week(ward_home(folder, url)) == 0

    return Study(shared("ward-issued", issue))


@pytest.mark.parametrize(("roster", "profile"), [("all", "generic"), ("patients", "us-core")])
def test_another_roster_gives_the_same_cohort_and_the_same_counts(roster, profile, ward, ward_study, tmp_path):
    people = [json.loads(line)["id"] for line in (ward / "Patient.ndjson").read_text(encoding="utf-8").splitlines()]
    (tmp_path / "roster.txt").write_text("\n".join(dict.fromkeys(people)), encoding="utf-8")
    chosen = {"server.roster": roster, "server.roster_file": "roster.txt", "server.profile": profile}
    with running(ward, token=TOKEN, profile=profile) as url:
        config = ward_home(tmp_path, url, **chosen)
        assert steps.pull(config, full=True, report=lambda event: None).missing == ()
    steps.load(config)
    plan, context = steps.plan_week(config, through=STUDY_ENDS_ON, as_of=None), open_context(config)
    run = building.run_key(context, as_of=plan.as_of, data_date=plan.data_date)
    for station in building.STATIONS:
        building.build_station(context, run, station)
    here, usual = tables(context.settings.store, run.run_id), tables(ward_study.store, ward_study.run_id)
    assert [relation for relation in usual if not here[relation].equals(usual[relation])] == []
    assert len(usual["cohort.episodes"]) > 0


def tables(store, run_id):
    """The whole cohort and all counts of a build."""
    with reading(store, run_id):
        return {name: read_build(store, run_id, name) for name in relation_names("cohort") + relation_names("counts")}


@pytest.mark.parametrize(
    ("measure", "stratum", "window", "cells", "limits"),
    [
        ("preexisting_infection_proportion", "all", "look_back", (34, 90), (0.3778, 0.2777, 0.4862)),
        ("infected_proportion", "no", "early", (16, 56), (0.2857, 0.1730, 0.4221)),
        ("infection_death_proportion", "no", "early", (2, 56), (0.0357, 0.0044, 0.1231)),
        ("progression_proportion", "yes", None, (11, 34), (0.3235, 0.1739, 0.5053)),
        ("progression_broad_proportion", "yes", None, (13, 34), (0.3824, 0.2217, 0.5644)),
    ],
)
def test_a_proportion_has_its_cells_and_limits(study, measure, stratum, window, cells, limits):
    """Limits: binom.test(x, n)$conf.int in R."""
    row = figure(study.estimates, measure, stratum, window)
    assert (row["numerator"], row["denominator"]) == cells
    assert [row[name] for name in ("value", "lower", "upper")] == pytest.approx(limits, abs=5e-5)
    assert (row["level"], row["method"], row["status"]) == (0.95, "Clopper-Pearson", "final")


def test_seventeen_infections_fall_on_day_0_to_30(study, members):
    rows = first_courses(study, "cohort.episodes", counted=True, window_name="early")
    free = [row for row in rows if row["patient_id"] in members and members[row["patient_id"]]["stratum"] == "no"]
    assert figure(study.estimates, "infection_events", "no", "early")["numerator"] == len(free) == 17
    assert len({row["patient_id"] for row in free}) == 16
    assert len([row for row in free if is_bacterial(row)]) == 13


def is_bacterial(row):
    return all(name.startswith("bacterial") for name in row["infection_class"])


def test_the_person_days_are_those_of_the_truth(study, hospital):
    rows = study.built("counts.infections", stratum="no", infection_class="all")
    days = {row["window_name"]: row["person_days"] for row in rows}
    assert days == hospital.truth["summary"]["person_days_no"] == {"look_back": 1654, "early": 1702, "late": 2533}


def test_both_associations_have_the_cells_of_the_truth(study, hospital):
    told = hospital.truth["summary"]
    rows = {row["exposure"]: row for row in study.built("counts.two_by_two")}
    for exposure, name in (
        ("bridging_other_than_fc", "bridging_association"),
        ("crs_grade_3_exposure", "crs_progression_association"),
    ):
        assert {cell: rows[exposure][cell] for cell in told[name]} == told[name]


def test_each_course_has_its_days(study, members):
    names = ("day0_on", "last_infusion_on", "follow_up_end_on", "follow_up_end_reason")
    rows = first_courses(study, "cohort.courses", in_cohort=True)
    found = {row["patient_id"]: [row[name] for name in names] for row in rows}
    assert found == {key: [answer[name] for name in names] for key, answer in members.items()}


def test_each_patient_has_the_stratum(study, members):
    rows = first_courses(study, "cohort.strata", stratum_set="preexisting_infection")
    found = {row["patient_id"]: row["stratum"] for row in rows if row["patient_id"] in members}
    assert found == {key: answer["stratum"] for key, answer in members.items()}


def test_each_patient_has_the_days_at_risk(study, members):
    found = defaultdict(dict)
    for row in first_courses(study, "cohort.person_time"):
        if row["patient_id"] in members and row["days"]:
            found[row["patient_id"]][row["window_name"]] = row["days"]
    told = {
        key: {window: days for window, days in answer["person_time"].items() if days} for key, answer in members.items()
    }
    assert found == told


def test_each_patient_has_the_counted_infections(study, members):
    found = defaultdict(list)
    for row in first_courses(study, "cohort.episodes", counted=True):
        if row["patient_id"] in members:
            found[row["patient_id"]].append(infection(row))
    told = {
        key: sorted(infection(told) for told in answer["episodes"] if told["counted"])
        for key, answer in members.items()
    }
    assert {key: sorted(rows) for key, rows in found.items()} == {key: rows for key, rows in told.items() if rows}


def infection(row):
    return row["onset_on"], row["onset_day"], row["window_name"], sorted(row["infection_class"])


def test_what_is_not_counted_is_listed_with_its_reason(study, members):
    told = Counter(
        (answer["story"], day_of(episode["onset_on"], answer), episode["not_counted_reason"])
        for answer in members.values()
        for episode in answer["episodes"]
        if not episode["counted"]
    )
    listed = Counter(
        (members[row["patient_id"]]["story"], day_of(row["onset_on"], members[row["patient_id"]]), reason)
        for row in first_courses(study, "cohort.episodes", counted=False)
        if row["patient_id"] in members and (reason := row["not_counted_reason"])
    )
    assert told.total() == 17
    assert told - listed == Counter()
    assert listed - told == ALSO_LISTED


def day_of(onset_on, answer):
    """Days from day 0; whatever lies before every window is day -100."""
    if onset_on is None:
        return None
    return max(-100, (date.fromisoformat(onset_on) - date.fromisoformat(answer["day0_on"])).days)


def test_each_progression_has_its_criterion_and_day(study, members):
    names = ("progressed", "progression_criterion", "progression_on", "progressed_broad")
    carried = {key: answer for key, answer in members.items() if answer["stratum"] == "yes"}
    rows = first_courses(study, "cohort.progression")
    found = {row["patient_id"]: [row[name] for name in names] for row in rows if row["patient_id"] in carried}
    assert found == {key: [answer[name] for name in names] for key, answer in carried.items()}


@pytest.mark.parametrize("name", ["bridging_other_than_fc", "crs_grade_3_exposure"])
def test_each_exposure_is_known_or_said_to_be_unknown(study, members, name):
    rows = first_courses(study, "cohort.covariates", name=name)
    found = {row["patient_id"]: answer_of(row) for row in rows if row["patient_id"] in members}
    assert found == {key: answer[name] for key, answer in members.items()}


def answer_of(row):
    return "unknown" if row["status"] == "unknown" else {"yes": True, "no": False}[row["value"]]


def test_each_death_has_its_day_and_cause(study, members):
    rows = study.built("cohort.patients")
    found = {row["patient_id"]: (row["died_on"], row["death_cause"]) for row in rows if row["patient_id"] in members}
    assert found == {key: (answer["died_on"], answer["death_cause"]) for key, answer in members.items()}


def test_everybody_else_is_out_for_the_right_reason(study, hospital):
    rows = {row["patient_id"]: row for row in first_courses(study, "cohort.courses")}
    for key, answer in hospital.truth["patients"].items():
        if not answer["in_cohort"]:
            row = rows.get(key)
            assert not (row and row["in_cohort"]), answer["story"]
            assert (row["exclusion_reason"] if row else "no_infusion") == answer["exclusion_reason"], answer["story"]


@pytest.mark.parametrize("source", EVERYBODY)
def test_the_funnel_adds_up_to_everybody(issued, hospital, source):
    told = Counter(
        answer["exclusion_reason"] for answer in hospital.truth["patients"].values() if not answer["in_cohort"]
    )
    funnel = issued(source).built("counts.funnel_patients")
    found = {row["reason"]: row["patients"] for row in funnel if row["reason"]}
    assert {reason: found[reason] for reason in told} == told == {
        "no_infusion": 865, "not_b_all": 36, "t_lineage": 6, "no_dated_infusion": 3,
    }  # fmt: skip
