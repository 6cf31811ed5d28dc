"""Table 1: who the patients are, by stratum, with what is missing.

The input is ``counts.person_baseline`` with the stratum of each person: one row per person and characteristic. A
characteristic of numbers gives one row with median and quartiles (type 7), any other one row per level with n of the
known and percent. Missing is shown and never counted as no. No p values: the strata are no trial arms.
Source: definitions.md 6.2.
"""

from collections.abc import Sequence

import pandas as pd

from metrics.figure_order import STRATA, Row
from metrics.quantiles import quartiles
from metrics.rounding import significant

COLUMNS = (
    "place", "section", "characteristic", "level", "unit", "stratum", "n", "denominator", "missing", "percent",
    "median", "q1", "q3",
)  # fmt: skip


def table_one(persons: pd.DataFrame, strata: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``published.table_one`` without ``run_id``, in the order of the page, which ``place`` keeps.

    ``persons`` has person_key, section, at_number, characteristic, is_number, level, value_number and unit; ``strata``
    has stratum and person_key, one row without a person for an empty stratum. ``n`` counts the known values of a
    number or the persons of a level; percent is of the known. None where nothing is known.

    >>> persons = pd.DataFrame({"person_key": [1, 2], "section": ["patient"] * 2, "at_number": [2, 2],
    ...     "characteristic": ["sex"] * 2, "is_number": [False] * 2, "level": ["female", None],
    ...     "value_number": [None] * 2, "unit": [None] * 2})
    >>> table = table_one(persons, pd.DataFrame({"stratum": ["all", "all"], "person_key": [1, 2]}))
    >>> table.loc[table["stratum"] == "all", ["level", "n", "denominator", "missing", "percent"]].values.tolist()
    [['female', 1, 1, 1, 100.0]]
    """
    rows: list[Row] = []
    for _, of_one in persons.groupby(["at_number", "characteristic"], sort=True):
        for stratum in STRATA:
            keys = strata.loc[strata["stratum"] == stratum, "person_key"].dropna()
            chosen = of_one[of_one["person_key"].isin(keys)]
            key: Row = {"section": str(of_one["section"].iloc[0]), "stratum": stratum,
                        "characteristic": str(of_one["characteristic"].iloc[0])}  # fmt: skip
            if bool(of_one["is_number"].iloc[0]):
                rows.append({**key, **_number(chosen, of_one)})
                continue
            levels = sorted({str(level) for level in of_one["level"].dropna()})
            rows += [{**key, **_level(chosen, level)} for level in levels or [""]]
    return _frame(rows)


def _number(chosen: pd.DataFrame, of_one: pd.DataFrame) -> Row:
    values = [float(value) for value in chosen["value_number"].dropna()]
    found = quartiles(values)
    units = of_one["unit"].dropna()
    return {
        "level": None, "unit": None if units.empty else str(units.iloc[0]), "n": len(values),
        "denominator": len(chosen), "missing": len(chosen) - len(values), "percent": None, "median": found.median,
        "q1": found.lower, "q3": found.upper,
    }  # fmt: skip


def _level(chosen: pd.DataFrame, level: str) -> Row:
    known = chosen["level"].dropna()
    number = int((known == level).sum())
    return {
        "level": level or None, "unit": None, "n": number, "denominator": len(known),
        "missing": len(chosen) - len(known), "percent": 100.0 * number / len(known) if len(known) else None,
        "median": None, "q1": None, "q3": None,
    }  # fmt: skip


def _frame(rows: Sequence[Row]) -> pd.DataFrame:
    placed = [{name: row.get(name) for name in COLUMNS} | {"place": place} for place, row in enumerate(rows, start=1)]
    frame = pd.DataFrame(placed, columns=list(COLUMNS))
    for name in ("place", "n", "denominator", "missing"):
        frame[name] = frame[name].astype("Int64")
    for name in ("percent", "median", "q1", "q3"):
        values = [None if pd.isna(value) else significant(float(value)) for value in frame[name]]
        frame[name] = pd.array(values, dtype="Float64")
    for name in ("section", "characteristic", "level", "unit", "stratum"):
        frame[name] = frame[name].astype("string")
    return frame
