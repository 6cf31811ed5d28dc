"""The figures below the first screen come out of the practice hospital as its truth says, patient by patient."""

from __future__ import annotations

from datetime import date
from statistics import median

import pytest

from flows.page_figures import cohort_panels


@pytest.fixture(scope="module")
def study(issued):
    return issued("search")


@pytest.fixture(scope="module")
def members(hospital):
    return hospital.members


def days(answer, *, window=None):
    """Onset days of the counted infections of a patient."""
    return sorted(
        row["onset_day"] for row in answer["episodes"] if row["counted"] and window in (None, row["window_name"])
    )


def day_of(answer, name):
    return (date.fromisoformat(answer[name]) - date.fromisoformat(answer["day0_on"])).days


def figures(study, measure, **wanted):
    rows = study.estimates[study.estimates["measure"] == measure]
    for name, value in wanted.items():
        rows = rows[rows[name] == value]
    return rows


def numerator(study, measure, **wanted):
    [row] = figures(study, measure, **wanted).to_dict("records")
    return row["numerator"]


@pytest.mark.parametrize("stratum", ["no", "yes"])
def test_the_weeks_after_infusion_hold_the_declared_infections_over_all_days_at_risk(study, members, stratum):
    told = [answer for answer in members.values() if answer["stratum"] == stratum]
    rows = figures(study, "weekly_infection_density", stratum=stratum)
    found = {int(row.window_name.removeprefix("week_")): row.numerator for row in rows.itertuples()}
    declared = [day // 7 for answer in told for day in days(answer)]
    assert found == {week: declared.count(week) for week in range(-5, 13)}
    assert rows["denominator"].sum() == sum(sum(answer["person_time"].values()) for answer in told)


def test_deaths_of_infection_stand_in_the_window_of_the_death(study, members):
    for stratum in ("no", "yes"):
        died = [
            day_of(answer, "died_on")
            for answer in members.values()
            if answer["stratum"] == stratum and answer["death_cause"] == "infection"
        ]
        early = sum(0 <= day <= 30 for day in died)
        late = sum(31 <= day <= 90 for day in died)
        wanted = {"stratum": stratum, "infection_class": "all"}
        assert numerator(study, "infection_deaths", window_name="early", **wanted) == early
        assert numerator(study, "infection_deaths", window_name="late", **wanted) == late


def test_the_median_day_of_the_first_infection_is_that_of_the_truth(study, members):
    firsts = [min(days(answer, window="early")) for answer in members.values()
              if answer["stratum"] == "no" and days(answer, window="early")]  # fmt: skip
    [row] = figures(study, "first_infection_day_median", stratum="no", window_name="early").to_dict("records")
    assert (row["numerator"], row["value"]) == (len(firsts), median(firsts)) == (16, 10.5)


def test_another_day_0_moves_the_declared_infections(study, members):
    told = [answer for answer in members.values() if answer["stratum"] == "no"]
    last = {id(answer): day_of(answer, "last_infusion_on") for answer in told}
    between = sum(0 <= day < last[id(answer)] for answer in told for day in days(answer))
    after_last = sum(0 <= day - last[id(answer)] <= 30 for answer in told for day in days(answer))
    assert numerator(study, "infection_events_between_infusions", stratum="no") == between == 1
    assert numerator(study, "infection_density_day0_last", stratum="no") == after_last == 17
    assert numerator(study, "infection_density_day0_reset", stratum="no") == after_last + between


def test_the_mean_count_of_patients_who_are_all_complete_is_events_per_patient(study):
    [early] = figures(study, "mean_cumulative_count", stratum="no", window_name="early").to_dict("records")
    assert (early["numerator"], early["denominator"]) == (17, 56)
    assert early["value"] == pytest.approx(17 / 56)
    assert early["lower"] < early["value"] < early["upper"]


def test_rows_of_their_own_hold_what_the_truth_lists(study, members):
    told = [
        row["not_counted_reason"] for answer in members.values() for row in answer["episodes"] if not row["counted"]
    ]
    found = figures(study, "listed_events", stratum="all").groupby("infection_class")["numerator"].sum()
    assert {name: told.count(name) for name in found.index} == found.to_dict()
    assert found["dnaemia_not_treated"] == 2


def test_each_patient_has_a_bar_and_the_declared_marks(study, members):
    rows = study.built("cohort.timelines")
    bars = {row["patient_id"]: row for row in rows if row["event"] == "bar"}
    assert {key: row["day_to"] for key, row in bars.items()} == {
        key: day_of(answer, "follow_up_end_on") for key, answer in members.items()
    }
    infections = {key: [] for key in members}
    for row in rows:
        if row["event"] == "infection":
            infections[row["patient_id"]].append(row["day_from"])
    assert {key: sorted(found) for key, found in infections.items()} == {
        key: days(answer) for key, answer in members.items()
    }
    died = {row["patient_id"]: row["day_from"] for row in rows if row["event"] == "death"}
    assert died == {
        key: day_of(answer, "died_on")
        for key, answer in members.items()
        if answer["died_on"] and day_of(answer, "died_on") <= 90
    }


def test_the_page_gets_its_panels_from_what_was_issued(study, members):
    panels = cohort_panels(study.store, study.run_id)
    table = panels["table_one"]
    bridged = table[(table["characteristic"] == "bridging_other_than_fc") & (table["level"] == "yes")]
    for stratum in ("no", "yes"):
        told = [answer["bridging_other_than_fc"] for answer in members.values() if answer["stratum"] == stratum]
        [row] = bridged[bridged["stratum"] == stratum].to_dict("records")
        assert (row["n"], row["missing"]) == (told.count(True), told.count("unknown"))
    swimmer = panels["swimmer"]
    assert swimmer["follow_up_to"].is_monotonic_decreasing
    assert swimmer["patient_id"].nunique() == 90
    assert (swimmer.groupby("patient_id").head(1)["event"] == "bar").all()
    assert swimmer["local_identifier"].notna().all()
    assert len(panels["benchmarks"]) > 20


def test_the_funnel_of_episodes_adds_up_from_evidence_to_counted_infections(study, members):
    steps = {number: 0 for number in range(1, 7)}
    for row in study.built("counts.funnel_episodes"):
        steps[row["step_number"]] += row["rows_count"]
    assert steps[2] - steps[3] == steps[4] == steps[5] + steps[6]
    assert steps[6] == sum(len(days(answer)) for answer in members.values()) == 59
