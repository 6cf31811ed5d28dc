"""A small week made by hand: every frame has few rows that can be counted with a finger."""

from __future__ import annotations

import dataclasses

import pandas as pd

from reports import Header, MethodNote, WeeklyBundle

HEADER = Header(
    protocol="car-t-b-all",
    protocol_title="Infections after CAR T-cells",
    week="2018-W30",
    data_date="2018-07-29",
    as_of="2018-07-30T01:00:00Z",
    run_id="00ff00ff00ff00ff",
    software_version="0.1.0",
    protocol_hash="aa",
    valueset_hash="bb",
    outcome="complete",
    missing=(),
    patients_asked=90,
)


def estimate(
    measure: str,
    stratum: str,
    window: str | None,
    numerator: int,
    denominator: int | None,
    value: float | None,
    lower: float | None = None,
    upper: float | None = None,
) -> dict[str, object]:
    return {
        "measure": measure,
        "stratum": stratum,
        "window_name": window,
        "infection_class": "all",
        "numerator": numerator,
        "denominator": denominator,
        "denominator_unit": "patients",
        "value": value,
        "lower": lower,
        "upper": upper,
        "level": 0.95,
        "method": "Clopper-Pearson",
        "status": "final",
        "note": None,
    }


def bundle(**changes: object) -> WeeklyBundle:
    estimates = pd.DataFrame(
        [
            estimate("patients_infused", "all", None, 90, None, None),
            estimate("patients_infused", "yes", None, 34, None, None),
            estimate("patients_infused", "no", None, 56, None, None),
            estimate("infected_proportion", "no", "early", 16, 56, 16 / 56, 0.173, 0.4221),
            estimate("infection_density", "no", "early", 17, 1700, 1.0, 0.58, 1.6),
            estimate("infection_density", "no", "late", 0, 0, None),
        ]
    )
    curves = pd.DataFrame(
        [
            {
                "measure": "cumulative_incidence",
                "stratum": "no",
                "infection_class": "all",
                "day": day,
                "at_risk": 56 - day,
                "value": day / 100,
                "lower": None if day == 0 else day / 200,
                "upper": None if day == 0 else day / 50,
            }
            for day in (0, 5, 10)
        ]
    )
    cells = {"exposed_events": 10, "exposed_without": 12, "unexposed_events": 6, "unexposed_without": 28}
    two_by_two = pd.DataFrame(
        [
            {
                "measure": "bridging_association",
                "exposure": "bridging_other_than_fc",
                "outcome": "infected_early",
                **cells,
                "estimate": 3.8,
                "lower": 1.0,
                "upper": 15.0,
                "method": "conditional exact",
            }
        ]
    )
    episodes = pd.DataFrame(
        [
            {
                "patient_id": "p<1>",
                "local_identifier": None,
                "onset_on": pd.Timestamp("2018-07-25"),
                "onset_day": 3,
                "window_name": "early",
                "infection_class": ["bacterial_gn"],
                "site": ["blood"],
                "organisms": ["Escherichia coli"],
                "documentation": "MDI_BSI",
                "counted": True,
                "not_counted_reason": None,
                "episode_id": "e1",
            }
        ]
    )
    checks = pd.DataFrame(
        [
            {
                "relation": "cohort.courses",
                "check_name": "one_course",
                "severity": "warn",
                "passed": False,
                "element_count": 90,
                "unexpected_count": 1,
                "protects": "all",
                "reason": "a patient twice",
            }
        ]
    )
    made = WeeklyBundle(
        header=HEADER,
        estimates=estimates,
        curves=curves,
        two_by_two=two_by_two,
        funnel_patients=pd.DataFrame([{"step_number": 1, "step": "in cohort", "reason": None, "patients": 90}]),
        funnel_episodes=pd.DataFrame([{"step_number": 1, "reason": "counted", "rows_count": 17}]),
        episodes=episodes,
        checks=checks,
        ledger=pd.DataFrame(columns=["resource_type", "status", "units"]),
        rejects=pd.DataFrame(columns=["reason", "lines"]),
        findings=pd.DataFrame(columns=["path", "lines"]),
        unmapped=pd.DataFrame(columns=["system", "code", "resources"]),
        notes=(MethodNote("course_gap_days", "60", "<=", "days", "project", "P", False),),
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]
