"""Rows of ``published.estimates``: proportions, counts and densities from the frames of ``counts``.

Every stratum, window and class that was counted has its row, also where nothing happened: 0 events come with their
upper limit, and an empty denominator with values of None and a note.
"""

import math
from typing import Any

import pandas as pd

from metrics.figure_order import Row, joined
from metrics.proportions import exact_proportion, mid_p_limits
from metrics.rate_ratios import MID_P, mid_p_rate_ratio
from metrics.rates import NO_PERSON_TIME, PER_100, exact_rate, mid_p_rate
from metrics.results import Estimate

COUNT = "count"
LOOK_BACK = "look_back"
COUNTED_MEASURES = frozenset({"patients_infused", "infection_events"})
DENSITY_METHOD = "exact Poisson, per 100 patient-days"


def proportion_rows(proportions: pd.DataFrame, *, status: str, level: float) -> list[Row]:
    """One row per row of ``counts.proportions``; counts where the measure has no denominator.

    Raises:
        CountsRejected: a numerator above its denominator, or a negative count.

    >>> counted = pd.DataFrame({"measure": ["infected_proportion"], "stratum": ["no"], "window_name": ["early"],
    ...     "infection_class": ["all"], "numerator": [16], "denominator": [56], "left_out": [2], "provisional": [True]})
    >>> row = proportion_rows(counted, status="final", level=0.95)[0]
    >>> row["status"], round(row["upper"], 3), row["note"]
    ('provisional', 0.422, '2 not complete, left out')
    """
    rows = []
    for counted in proportions.itertuples(index=False):
        key = _key(counted.measure, counted)
        state = row_status(status, provisional=_is_true(counted.provisional))
        if counted.measure in COUNTED_MEASURES or pd.isna(counted.denominator):
            rows.append({**key, **_count(int(counted.numerator), level), "status": state})
            continue
        share = exact_proportion(int(counted.numerator), int(counted.denominator), level=level)
        left_out = 0 if pd.isna(counted.left_out) else int(counted.left_out)
        waiting = f"{left_out} not complete, left out" if left_out else ""
        note = joined(share.note, _compatible(share), waiting)
        rows.append({**key, **estimate_cells(share, unit="patients"), "status": state, "note": note})
    return rows


def infection_rows(
    infections: pd.DataFrame, *, status: str, level: float, provisional: frozenset[tuple[str, str]]
) -> list[Row]:
    """Density, events, patients, severe events and deaths of infection of every row of ``counts.infections``.

    Nobody dies before day 0, so the look-back has no row of deaths. Densities are counted infections per 100
    patient-days. ``provisional`` holds (stratum, window) whose days are
    not over.

    Raises:
        CountsRejected: events without patient-days, or a negative count.

    >>> counted = pd.DataFrame({"stratum": ["no"], "window_name": ["early"], "infection_class": ["fungal"],
    ...     "patients": [0], "events": [0], "person_days": [1590], "at_risk": [56], "infection_deaths": [0],
    ...     "severe_events": [0]})
    >>> [row["measure"] for row in infection_rows(counted, status="final", level=0.95, provisional=frozenset())]
    ['infection_density', 'infection_events', 'infected_patients', 'severe_events', 'infection_deaths']
    """
    rows: list[Row] = []
    for counted in infections.itertuples(index=False):
        state = row_status(status, provisional=(counted.stratum, counted.window_name) in provisional)
        density = exact_rate(int(counted.events), int(counted.person_days), per=PER_100, level=level)
        patients = _count(int(counted.patients), level)
        patients |= {"denominator": int(counted.at_risk), "denominator_unit": "patients"}
        cells = estimate_cells(density, unit="patient_days") | {"method": DENSITY_METHOD}
        note = joined(density.note, zero_days_note(density))
        rows.append({**_key("infection_density", counted), **cells, "status": state, "note": note})
        rows.append({**_key("infection_events", counted), **_count(int(counted.events), level), "status": state})
        rows.append({**_key("infected_patients", counted), **patients, "status": state})
        rows.append({**_key("severe_events", counted), **_severe(counted, level), "status": state})
        if counted.window_name != LOOK_BACK:
            deaths = _count(int(counted.infection_deaths), level)
            rows.append({**_key("infection_deaths", counted), **deaths, "status": state})
    return rows


def density_ratio_rows(
    infections: pd.DataFrame, *, status: str, level: float, provisional: frozenset[tuple[str, str]]
) -> list[Row]:
    """Density of the early window over that of the late one, by stratum and class, with mid-P limits.

    None where a window has no patient-days; an infinite ratio or limit is None with a note. The numbers behind it
    stand in the note, because a ratio of two densities has no one denominator.

    >>> counted = pd.DataFrame({"stratum": ["no", "no"], "window_name": ["early", "late"],
    ...     "infection_class": ["all", "all"], "events": [17, 7], "person_days": [1702, 2533]})
    >>> row = density_ratio_rows(counted, status="final", level=0.95, provisional=frozenset())[0]
    >>> round(row["value"], 2), row["note"]
    (3.61, '17 in 1702 days over 7 in 2533 days')
    """
    early, late = (_by_stratum_and_class(infections, window) for window in ("early", "late"))
    rows: list[Row] = []
    for stratum, infection_class in sorted(early.keys() & late.keys()):
        (events_1, days_1), (events_2, days_2) = early[stratum, infection_class], late[stratum, infection_class]
        state = row_status(status, provisional=bool({(stratum, "early"), (stratum, "late")} & provisional))
        key: Row = {"measure": "infection_density_ratio", "stratum": stratum, "window_name": "early_over_late",
                    "infection_class": infection_class, "status": state, "level": level, "method": MID_P}  # fmt: skip
        behind = f"{events_1} in {days_1} days over {events_2} in {days_2} days"
        if not (days_1 and days_2):
            rows.append({**key, "note": joined(behind, NO_PERSON_TIME)})
            continue
        ratio = mid_p_rate_ratio(events_1, days_1, events_2, days_2, level=level)
        unbounded = "without bound above" if ratio.upper == math.inf else ""
        note = joined(behind, ratio.note, unbounded)
        rows.append({**key, "value": ratio.value, "lower": ratio.lower, "upper": ratio.upper, "note": note})
    return rows


def estimate_cells(estimate: Estimate, *, unit: str | None) -> Row:
    """The number columns of an estimate.

    >>> estimate_cells(exact_proportion(0, 0), unit="patients")["value"] is None
    True
    """
    return {
        "numerator": int(estimate.numerator),
        "denominator": None if estimate.denominator is None else int(estimate.denominator),
        "denominator_unit": unit,
        "value": estimate.value,
        "lower": estimate.lower,
        "upper": estimate.upper,
        "level": estimate.level,
        "method": estimate.method,
        "note": estimate.note,
    }


def row_status(status: str, *, provisional: bool) -> str:
    """The run's status; a final run's unfinished window is provisional.

    >>> row_status("final", provisional=True), row_status("incomplete", provisional=True)
    ('provisional', 'incomplete')
    """
    return "provisional" if status == "final" and provisional else status


def unfinished(proportions: pd.DataFrame) -> frozenset[tuple[str, str]]:
    """The (stratum, window) pairs of which any proportion is provisional."""
    rows = zip(proportions["stratum"], proportions["window_name"], proportions["provisional"], strict=True)
    return frozenset((str(stratum), str(window)) for stratum, window, flag in rows if _is_true(flag))


def zero_days_note(density: Estimate) -> str:
    """What 0 events in so many days still allow, by two methods; empty where there was an event or no day.

    >>> zero_days_note(exact_rate(0, 1590, per=PER_100))
    '0 in 1590 days seen, up to 0.188 (mid-P) or 0.232 (exact) per 100 days is compatible'
    """
    if density.numerator or density.upper is None or not density.denominator:
        return ""
    narrow = mid_p_rate(0, density.denominator, per=PER_100, level=density.level).upper or 0.0
    return (
        f"0 in {density.denominator:g} days seen, up to {narrow:.3g} (mid-P) or {density.upper:.3g} (exact) "
        "per 100 days is compatible"
    )


def _severe(counted: Any, level: float) -> Row:  # noqa: ANN401  a row of itertuples
    return _count(int(counted.severe_events), level) | {
        "denominator": int(counted.events), "denominator_unit": "infections",
    }  # fmt: skip


def _by_stratum_and_class(infections: pd.DataFrame, window: str) -> dict[tuple[str, str], tuple[int, int]]:
    chosen = infections[infections["window_name"] == window]
    return {
        (str(row.stratum), str(row.infection_class)): (int(row.events), int(row.person_days))
        for row in chosen.itertuples(index=False)
    }


def _count(number: int, level: float) -> Row:
    return {"numerator": number, "value": float(number), "level": level, "method": COUNT, "note": ""}


def _compatible(share: Estimate) -> str:
    if share.numerator or share.upper is None or not share.denominator:
        return ""
    narrow = mid_p_limits(0, int(share.denominator), share.level).upper or 0.0
    exact = f"{100 * share.upper:.1f} % (exact)"
    return f"0 of {share.denominator:g} seen, up to {100 * narrow:.1f} % (mid-P) or {exact} is compatible"


def _key(measure: str, counted: object) -> Row:
    names = ("stratum", "window_name", "infection_class")
    return {"measure": measure, **{name: _text(getattr(counted, name)) for name in names}}


def _text(value: object) -> str | None:
    return None if pd.isna(value) else str(value)


def _is_true(flag: object) -> bool:
    return not pd.isna(flag) and bool(flag)
