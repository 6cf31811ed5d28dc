"""Rows of ``published.curves``, and the estimates read from the curves at the end of a window.

The input is ``counts.person_first_infection``: one row per person and infection class with the day of the first
counted infection (cause 1), of death before it (cause 2) or the last day looked at (cause 0).
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from metrics.estimate_rows import estimate_cells, row_status
from metrics.figure_order import CLASSES, STRATA, Row, in_order
from metrics.incidence import AALEN_JOHANSEN, COMPETING, EVENT, first_event_curve, value_on
from metrics.quantiles import quartiles
from metrics.results import Curve, Estimate

ALL = "all"
INFECTION_MEASURE = "cumulative_incidence"
DEATH_MEASURE = "cumulative_incidence_of_death"
MEDIAN_MEASURE = "first_infection_day_median"


def curve_rows(persons: pd.DataFrame, *, strata: Sequence[str], last_day: int, level: float) -> list[Row]:
    """A point for every day 0 .. ``last_day`` on which somebody is at risk, by stratum and class.

    Death before an infection of the class stands beside it as a measure of its own. An empty stratum has no points.

    >>> persons = pd.DataFrame({"person_key": [1, 2], "stratum": ["no", "no"], "infection_class": ["all", "all"],
    ...                         "last_day": [4, 1], "cause": [1, 0]})
    >>> [(row["measure"], row["stratum"], row["day"], row["value"])
    ...  for row in curve_rows(persons, strata=["no"], last_day=4, level=0.95)][-1]
    ('cumulative_incidence_of_death', 'no', 4, 0.0)
    """
    days = range(last_day + 1)
    rows: list[Row] = []
    for stratum in strata:
        for infection_class in classes_of(persons):
            for measure, cause in ((INFECTION_MEASURE, EVENT), (DEATH_MEASURE, COMPETING)):
                curve = curve_of(persons, stratum, infection_class, days=days, cause=cause, level=level)
                rows.extend(_points(measure, stratum, infection_class, curve))
    return rows


def incidence_rows(
    persons: pd.DataFrame, *, strata: Sequence[str], read_days: Mapping[str, int], status: str, level: float,
    provisional: frozenset[tuple[str, str]],
) -> list[Row]:  # fmt: skip
    """The cumulative incidence through the last day of each window as estimates.

    The numerator counts first infections through that day, the denominator persons; their quotient is not the
    value, because persons leave. None without persons, or when nobody is left at risk on that day.

    >>> persons = pd.DataFrame({"person_key": [1, 2], "stratum": ["no", "no"], "infection_class": ["all", "all"],
    ...                         "last_day": [4, 40], "cause": [1, 0]})
    >>> rows = incidence_rows(persons, strata=["no", "unknown"], read_days={"early": 30}, status="final",
    ...                       level=0.95, provisional=frozenset())
    >>> [(row["stratum"], row["value"]) for row in rows]
    [('no', 0.5), ('unknown', None)]
    """
    rows: list[Row] = []
    for stratum in strata:
        for infection_class in classes_of(persons):
            for window, day in read_days.items():
                read = _incidence_on(persons, stratum, infection_class, day, level)
                state = row_status(status, provisional=(stratum, window) in provisional)
                key: Row = {"stratum": stratum, "window_name": window, "infection_class": infection_class}
                rows.append(
                    {"measure": INFECTION_MEASURE, **key, **estimate_cells(read, unit="patients"), "status": state}
                )
    return rows


def median_day_rows(
    persons: pd.DataFrame, *, strata: Sequence[str], read_days: Mapping[str, int], status: str, level: float,
    provisional: frozenset[tuple[str, str]],
) -> list[Row]:  # fmt: skip
    """The median day of the first infection of any class through the last day of each window.

    Among those who had one, so it says when infections came, not how many. No limits; the quartiles stand in the
    note. None where nobody was infected. The quantile is R's type 7.

    >>> persons = pd.DataFrame({"person_key": [1, 2, 3], "stratum": ["no"] * 3, "infection_class": ["all"] * 3,
    ...                         "last_day": [4, 8, 40], "cause": [1, 1, 0]})
    >>> row = median_day_rows(persons, strata=["no"], read_days={"early": 30}, status="final", level=0.95,
    ...                       provisional=frozenset())[0]
    >>> row["value"], row["note"]
    (6.0, 'through day 30; quartiles 5 and 7')
    """
    rows: list[Row] = []
    for stratum in strata:
        chosen = _chosen(persons, stratum, ALL)
        for window, day in read_days.items():
            infected = chosen[(chosen["cause"] == EVENT) & (chosen["last_day"] <= day)]
            found = quartiles([int(number) for number in infected["last_day"]])
            spread = "nobody infected" if found.median is None else f"quartiles {found.lower:g} and {found.upper:g}"
            rows.append({
                "measure": MEDIAN_MEASURE, "stratum": stratum, "window_name": window, "infection_class": ALL,
                "numerator": found.size, "value": found.median, "level": level, "method": "median, type 7",
                "status": row_status(status, provisional=(stratum, window) in provisional),
                "note": f"through day {day}; {spread}",
            })  # fmt: skip
    return rows


def strata_of(*frames: pd.DataFrame) -> list[str]:
    """All strata that any of the frames names, ``all`` among them, in the published order.

    >>> strata_of(pd.DataFrame({"stratum": ["yes"]}))
    ['all', 'yes']
    """
    return in_order([ALL, *(str(name) for frame in frames for name in frame["stratum"])], STRATA)


def classes_of(persons: pd.DataFrame) -> list[str]:
    """The infection classes that have person rows, ``all`` among them, in the published order."""
    return in_order([ALL, *(str(name) for name in persons["infection_class"])], CLASSES)


def curve_of(
    persons: pd.DataFrame, stratum: str, infection_class: str, *, days: Sequence[int], cause: int = EVENT, level: float
) -> Curve:
    """Aalen-Johansen curve of one stratum and class; ``all`` strata are all persons once."""
    chosen = _chosen(persons, stratum, infection_class)
    last_days = [int(day) for day in chosen["last_day"]]
    causes = [int(number) for number in chosen["cause"]]
    return first_event_curve(last_days, causes, days=days, cause=cause, level=level)


def _chosen(persons: pd.DataFrame, stratum: str, infection_class: str) -> pd.DataFrame:
    of_class = persons[persons["infection_class"] == infection_class]
    named = of_class[of_class["stratum"] == stratum]
    if stratum == ALL and named.empty:
        named = of_class
    return named.sort_values("person_key", kind="stable")


def _incidence_on(persons: pd.DataFrame, stratum: str, infection_class: str, day: int, level: float) -> Estimate:
    chosen = _chosen(persons, stratum, infection_class)
    events = int(((chosen["cause"] == EVENT) & (chosen["last_day"] <= day)).sum())
    point = value_on(curve_of(persons, stratum, infection_class, days=[day], level=level), day)
    note = f"through day {day}"
    if point is None or point.at_risk == 0:
        reason = "nobody at risk on that day" if point else "no patients"
        return Estimate(None, None, None, events, len(chosen), level, AALEN_JOHANSEN, f"{note}; {reason}")
    return Estimate(
        point.value, point.lower, point.upper, events, len(chosen), level, AALEN_JOHANSEN,
        f"{note}; {point.at_risk} at risk",
    )  # fmt: skip


def _points(measure: str, stratum: str, infection_class: str, curve: Curve) -> list[Row]:
    key: Row = {"measure": measure, "stratum": stratum, "infection_class": infection_class}
    return [
        {**key, "day": point.day, "at_risk": point.at_risk, "value": point.value, "lower": point.lower,
         "upper": point.upper}
        for point in curve.points
        if point.at_risk > 0
    ]  # fmt: skip
