"""Which models a dated analysis fits, to whom, and when it gives no estimate."""

import math

import pandas as pd
import pytest

from metrics.adjusted import adjusted_rows
from metrics.dated_analysis import EFFECT_COLUMNS, HAZARD_MODELS, LOGISTIC_MODELS, dated_analysis, hazard_effect
from metrics.firth_cox import METHOD as FIRTH_COX
from metrics.model_rows import ModelData, span_data, unfit

TABLES = pd.DataFrame(
    {
        "measure": ["bridging_association", "crs_progression_association"],
        "exposure": ["bridging_other_than_fc", "crs_grade_3_exposure"],
        "outcome": ["infected_early", "progressed"],
        "exposed_events": [12, 5], "exposed_without": [17, 0], "unexposed_events": [4, 6],
        "unexposed_without": [23, 23], "unknown_events": [0, 0], "unknown_without": [0, 0],
    }
)  # fmt: skip


def person(key: int, **known: object) -> dict[str, object]:
    """A complete patient without pre-existing infection who was followed to day 30 and never infected."""
    usual: dict[str, object] = {
        "person_key": key, "stratum": "no", "is_asked_infection": True, "is_asked_progression": True,
        "infected_early": False, "bridging_other_than_fc": False, "bridging_non_tki": False,
        "preexisting_infection": False, "prior_transplant": False, "neutropenic_before": False, "igg_low": None,
        "crs_severe_day": None, "is_crs_known": True, "infection_day": None, "progression_day": None,
        "progression_broad_day": None, "last_day": 30,
    }  # fmt: skip
    return {**usual, **known}


def cohort() -> pd.DataFrame:
    """Sixty without pre-existing infection, sixteen of them infected; twenty with, six of them progressed."""
    rows = []
    for key in range(60):
        infected = key < 16
        rows.append(
            person(
                key, infected_early=infected, infection_day=5 + key if infected else None,
                bridging_other_than_fc=key % 2 == 0 if infected else key % 3 == 0, neutropenic_before=key % 4 == 0,
                crs_severe_day=2 if key in (0, 1, 2, 3, 20) else None,
            )
        )  # fmt: skip
    for key in range(60, 80):
        progressed = key < 66
        rows.append(
            person(
                key, stratum="yes", preexisting_infection=True, progression_day=6 if progressed else None,
                progression_broad_day=6 if progressed else None, crs_severe_day=3 if key in (60, 61, 70) else None,
            )
        )  # fmt: skip
    return pd.DataFrame(rows)


def effect(frame: pd.DataFrame, exposure: str, outcome: str, adjusted_for: str = "") -> pd.Series:
    found = frame[(frame["exposure"] == exposure) & (frame["outcome"] == outcome)]
    found = found[(found["adjusted_for"] == adjusted_for) & (found["method"] != "conditional odds ratio, exact limits")]
    assert len(found) == 1
    return found.iloc[0]


def test_every_model_that_was_planned_has_its_rows_in_a_fixed_order():
    straight = dated_analysis(cohort(), TABLES)
    turned = dated_analysis(cohort().iloc[::-1], TABLES.iloc[::-1])
    pd.testing.assert_frame_equal(straight.effects, turned.effects)
    pd.testing.assert_frame_equal(straight.two_by_two, turned.two_by_two)
    assert tuple(straight.effects.columns) == EFFECT_COLUMNS
    terms = sum(len(model.terms) for model in LOGISTIC_MODELS)
    assert len(straight.effects) == len(TABLES) + terms + len(HAZARD_MODELS)
    assert "p_value" not in straight.two_by_two.columns


def test_a_logistic_model_counts_complete_patients_whose_answers_are_known():
    people = cohort().astype({"bridging_other_than_fc": object})
    people.loc[people["person_key"] == 0, "bridging_other_than_fc"] = None
    people.loc[people["person_key"] == 1, "is_asked_infection"] = False
    row = effect(dated_analysis(people, TABLES).effects, "bridging_other_than_fc", "infected_early")
    assert (row.events, row.patients) == (14, 58)
    assert row.note == "1 with an unknown answer left out"
    assert row.lower < row.estimate < row.upper


def test_too_few_events_or_no_difference_give_no_estimate_and_the_reason():
    effects = dated_analysis(cohort(), TABLES).effects
    same = effect(effects, "prior_transplant", "infected_early")
    assert pd.isna(same.estimate)
    assert same.note == "everybody has the same answer to prior_transplant: no estimate"
    unknown = effect(effects, "igg_low", "infected_early")
    assert (unknown.patients, unknown.note) == (
        0, "60 with an unknown answer left out; fewer than 5 events per term: no estimate",
    )  # fmt: skip
    assert unfit(
        ModelData(pd.DataFrame({"event": [1] * 9 + [0], "a": [1, 0] * 5, "b": [0, 1] * 5}), 10, ""), ["a", "b"]
    )


def test_crs_counts_from_the_day_after_and_never_after_the_event():
    people = pd.DataFrame(
        [
            person(1, crs_severe_day=5, infection_day=5),
            person(2, crs_severe_day=5, infection_day=6),
            person(3, crs_severe_day=30, last_day=30),
            person(4, crs_severe_day=-1),
            person(5, is_crs_known=False),
            person(6, last_day=12, infection_day=13),
        ]
    )
    data = span_data(people, stratum="no", day="infection_day")
    assert data.rows.values.tolist() == [
        [0, 6, 1, 0],
        [0, 6, 0, 0], [6, 7, 1, 1],
        [0, 31, 0, 0],
        [0, 31, 0, 1],
        [0, 13, 0, 0],
    ]  # fmt: skip
    assert (data.patients, data.note) == (5, "1 with unknown CRS left out; CRS counts from the day after")


def test_few_events_or_none_among_the_exposed_take_the_penalised_hazard():
    people = cohort()
    few = hazard_effect(people, HAZARD_MODELS[1], level=0.95)
    assert (few["events"], few["method"]) == (6, FIRTH_COX)
    people["crs_severe_day"] = [2 if 16 <= key < 40 else None for key in people["person_key"]]
    none = hazard_effect(people, HAZARD_MODELS[0], level=0.95)
    assert none["method"] == FIRTH_COX
    assert 0 < float(str(none["estimate"])) < 1
    assert math.isfinite(float(str(none["upper"])))
    enough = hazard_effect(cohort(), HAZARD_MODELS[0], level=0.95)
    assert str(enough["method"]).startswith("Cox, Efron")


def test_planned_tests_are_held_to_holm_and_the_rest_to_a_false_discovery_rate():
    rows = [
        {"exposure": "a", "outcome": "x", "p_value": 0.03},
        {"exposure": "a", "outcome": "x", "p_value": 0.01},
        {"exposure": "b", "outcome": "y", "p_value": 0.02},
        {"exposure": "c", "outcome": "y", "p_value": None},
        {"exposure": "d", "outcome": "y", "p_value": 0.5},
    ]
    found = adjusted_rows(rows, planned=[("a", "x"), ("b", "y")])
    assert [row["p_adjustment"] for row in found] == [
        "Holm of 2", "Benjamini-Hochberg of 2", "Holm of 2", "", "Benjamini-Hochberg of 2",
    ]  # fmt: skip
    assert [row["p_adjusted"] for row in found] == pytest.approx([0.04, 0.02, 0.04, None, 0.5])
