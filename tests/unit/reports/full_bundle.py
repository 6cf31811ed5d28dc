"""A small week in which every part of the page has something to show: news, cases, swimmers, a dated analysis."""

from __future__ import annotations

import pandas as pd

from reports import Analysis, WeeklyBundle
from reports.benchmarks import published_studies
from reports.bundle import WeekCounts
from tests.unit.reports.small_bundle import bundle, estimate

__all__ = ["curve", "full_bundle"]

STRATA = ("no", "yes", "unknown", "all")
PATIENTS = {"no": 56, "yes": 34, "unknown": 0, "all": 90}
VERSIONS = ["Observation/o1/1", "Observation/o1/2"]


def full_bundle(**changes: object) -> WeeklyBundle:
    """The week; `changes` replace fields."""
    small = bundle()
    kept = small.estimates[small.estimates["measure"] != "infection_density"]
    parts: dict[str, object] = {
        "estimates": pd.concat([kept, pd.DataFrame([*densities(), *weeks()])], ignore_index=True),
        "curves": pd.concat([curve("no", 56), curve("yes", 34)], ignore_index=True),
        "week_counts": WeekCounts(4, 7, 2, 1, 1, 1, 0, 2, "2018-W29"),
        "line_list": pd.DataFrame([news("new", "p1"), news("changed", "p2"), news("withdrawn", "p3")]),
        "to_adjudicate": pd.DataFrame([case("death", "p4"), case("episode", "p5")]),
        "swimmer": pd.DataFrame([*swimmer("p1", 90), *swimmer("p2", 12)]),
        "table_one": pd.DataFrame([baseline("age_years", None, stratum, 1) for stratum in STRATA]),
        "benchmarks": published_studies().head(3),
        "analysis": Analysis("ffff", "2018-06-24", "2018-07-01T01:00:00Z", small.two_by_two, effects()),
    }
    return bundle(**{**parts, **changes})


def curve(stratum: str, patients: int, measure: str = "cumulative_incidence") -> pd.DataFrame:
    """A curve on which one patient a day leaves, with an event on each tenth day."""
    days = range(91)
    values = [day // 10 / 100 for day in days]
    return pd.DataFrame(
        {
            "measure": measure, "stratum": stratum, "infection_class": "all", "day": days,
            "at_risk": [max(patients - day, 0) for day in days], "value": values,
            "lower": [value / 2 for value in values], "upper": [value * 2 for value in values],
        }
    )  # fmt: skip


def densities() -> list[dict[str, object]]:
    """Fungal infections in the early window: none seen in any stratum, and so no patient and no death."""
    rows = []
    for stratum, people in PATIENTS.items():
        zero = estimate("infection_density", stratum, "early", 0, people * 31, 0.0 if people else None, 0.0, 0.21)
        rows.append(zero | {"infection_class": "fungal", "method": "exact Poisson"})
        for measure in ("infected_patients", "infection_events", "severe_events", "infection_deaths"):
            rows.append(estimate(measure, stratum, "early", 0, people, 0.0) | {"infection_class": "fungal"})
        rows.append(estimate("infection_density", stratum, "early", 3, people * 31, 0.5, 0.1, 1.2))
        rows.append(estimate("late_contact_proportion", stratum, "late", people // 2, people, 0.5, 0.4, 0.6))
        rows.append(estimate("infection_density", stratum, "late", 1, people * 60, 0.1, 0.0, 0.4))
    return rows


def weeks() -> list[dict[str, object]]:
    """Three weeks, with numbers that sort otherwise as text."""
    return [
        estimate("weekly_infection_density", stratum, f"week_{week}", events, 100, float(events), 0.1, 19.0)
        for stratum in STRATA
        for week, events in ((-1, 0), (0, 9), (1, 10))
    ]


def news(change: str, patient: str) -> dict[str, object]:
    """A row of the line list."""
    return {
        "change": change, "episode_id": f"e-{patient}", "patient_id": patient, "local_identifier": f"local-{patient}",
        "ward": "Ward 3", "course_number": 1, "onset_on": "2018-07-20", "onset_day": -3, "window_name": "look_back",
        "specimen_at": "2018-07-20 08:15", "organisms": "Escherichia coli", "infection_class": "bacterial_gn",
        "site": "blood", "documentation": "MDI_BSI", "result_status": "preliminary", "rule": "sterile_site",
        "counted": True, "not_counted_reason": None, "what": "counted: no → yes", "cause": "amended",
        "evidence": VERSIONS,
    }  # fmt: skip


def case(kind: str, patient: str) -> dict[str, object]:
    """A case that waits for a verdict."""
    return {
        "kind": kind, "episode_id": f"e-{patient}", "patient_id": patient, "local_identifier": None, "ward": None,
        "on_": "2018-07-21", "onset_day": 12, "infection_class": "bacterial_gp", "site": "blood",
        "organisms": "Staphylococcus epidermidis", "reason": "infection or contaminant?", "evidence": VERSIONS[:1],
    }  # fmt: skip


def swimmer(patient: str, last: int) -> list[dict[str, object]]:
    """A patient with everything that the plot can show."""
    row = {
        "patient_id": patient, "local_identifier": f"local-{patient}", "stratum": "no", "follow_up_from": -30,
        "follow_up_to": last, "event": "bar", "day_from": -30, "day_to": last, "infection_class": None,
    }  # fmt: skip
    marks = [("infusion", 0, 0), ("crs_severe", 3, 4), ("icu", 3, 6), ("hsct", 8, 8), ("death", last, last)]
    rows = [row] + [row | {"event": event, "day_from": first, "day_to": end} for event, first, end in marks]
    classes = ("bacterial", "viral", "fungal", "unknown")
    return rows + [row | {"event": "infection", "day_from": 9, "day_to": 9, "infection_class": k} for k in classes]


def baseline(characteristic: str, level: str | None, stratum: str, place: int) -> dict[str, object]:
    """A number of the table of patients."""
    known = PATIENTS[stratum]
    return {
        "place": place, "section": "patient", "characteristic": characteristic, "level": level, "unit": "a",
        "stratum": stratum, "n": known, "denominator": known + 2, "missing": 2, "percent": None,
        "median": 36.5 if known else None, "q1": 23.0 if known else None, "q3": 51.0 if known else None,
    }  # fmt: skip


def effects() -> pd.DataFrame:
    """Two terms of a dated analysis: one with an estimate, one suppressed. The p values must never be printed."""
    row = {
        "place": 1, "measure": "infected_early_model", "exposure": "bridging_other_than_fc",
        "outcome": "infected_early", "stratum": "no", "adjusted_for": None, "kind": "odds ratio", "estimate": 3.1,
        "lower": 0.9, "upper": 60.0, "level": 0.95, "method": "Firth logistic", "events": 16, "patients": 54,
        "p_value": 0.0421, "p_adjusted": 0.0842, "p_adjustment": "Holm", "note": None,
    }  # fmt: skip
    suppressed = {"place": 2, "exposure": "igg_below_400", "estimate": None, "lower": None, "upper": None, "events": 4}
    return pd.DataFrame([row, row | suppressed | {"note": "fewer than five events"}])
