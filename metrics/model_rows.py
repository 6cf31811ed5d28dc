"""What a model of the dated analysis is fitted to, and how its terms become rows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from metrics.cox import HazardTerm
from metrics.figure_order import Row, joined
from metrics.firth import FirthTerm

MINIMUM_EVENTS_PER_TERM = 5


@dataclass(frozen=True)
class ModelData:
    """Rows with ``event`` and the terms as 0 or 1; ``note`` says who is left out."""

    rows: pd.DataFrame
    patients: int
    note: str

    @property
    def events(self) -> int:
        """How many rows end with the event."""
        return int(self.rows["event"].sum())


def logistic_data(persons: pd.DataFrame, *, outcome: str, stratum: str | None, terms: Sequence[str]) -> ModelData:
    """Complete patients of a stratum (None: all whose strata are known) with every term known.

    >>> persons = pd.DataFrame({"stratum": ["no", "no", "yes"], "is_asked_infection": [True] * 3,
    ...     "infected_early": [True, False, False], "bridged": [True, None, False]})
    >>> data = logistic_data(persons, outcome="infected_early", stratum="no", terms=["bridged"])
    >>> data.rows.values.tolist(), data.note
    ([[1, 1]], '1 with an unknown answer left out')
    """
    asked = persons[persons["is_asked_infection"].astype(bool)]
    chosen = asked[asked["stratum"] == stratum] if stratum else asked[asked["stratum"] != "unknown"]
    known = chosen[chosen[list(terms)].notna().all(axis=1)]
    rows = pd.DataFrame({"event": known[outcome].astype(int), **{name: known[name].astype(int) for name in terms}})
    left_out = len(chosen) - len(known)
    note = f"{left_out} with an unknown answer left out" if left_out else ""
    return ModelData(rows.reset_index(drop=True), len(rows), note)


def span_data(persons: pd.DataFrame, *, stratum: str, day: str) -> ModelData:
    """Spans of the patients of a stratum to the event or day 30, cut where CRS of grade >= 3 begins to count.

    Day d occupies (d, d+1]; CRS counts from the day after its first day. Patients whose CRS is not known are left out,
    so are those with no day after day 0.

    >>> persons = pd.DataFrame({"person_key": [1, 2], "stratum": ["yes"] * 2, "is_crs_known": [True] * 2,
    ...     "last_day": [30, 30], "progression_day": [9, None], "crs_severe_day": [4, None]})
    >>> span_data(persons, stratum="yes", day="progression_day").rows.values.tolist()
    [[0, 5, 0, 0], [5, 10, 1, 1], [0, 31, 0, 0]]
    """
    chosen = persons[(persons["stratum"] == stratum) & (persons["last_day"] >= 0)]
    known = chosen[chosen["is_crs_known"].astype(bool)]
    spans: list[tuple[int, int, int, int]] = []
    for last_day, event_day, crs_day in zip(known["last_day"], known[day], known["crs_severe_day"], strict=True):
        happened = not pd.isna(event_day) and int(event_day) <= int(last_day)
        stop = int(event_day if happened else last_day) + 1
        begins = stop if pd.isna(crs_day) else max(0, int(crs_day) + 1)
        if begins >= stop:
            spans.append((0, stop, int(happened), 0))
            continue
        if begins > 0:
            spans.append((0, begins, 0, 0))
        spans.append((begins, stop, int(happened), 1))
    left_out = len(chosen) - len(known)
    note = joined(f"{left_out} with unknown CRS left out" if left_out else "", "CRS counts from the day after")
    return ModelData(pd.DataFrame(spans, columns=["start", "stop", "event", "exposed"]), len(known), note)


def unfit(data: ModelData, terms: Sequence[str]) -> str:
    """Why the data carry no estimate; empty when they do.

    >>> unfit(ModelData(pd.DataFrame({"event": [1, 0], "a": [1, 0]}), 2, ""), ["a"])
    'fewer than 5 events per term: no estimate'
    """
    if not len(data.rows) or data.events < MINIMUM_EVENTS_PER_TERM * len(terms):
        return f"fewer than {MINIMUM_EVENTS_PER_TERM} events per term: no estimate"
    same = [name for name in terms if data.rows[name].nunique() < 2]
    if same:
        return f"everybody has the same answer to {', '.join(same)}: no estimate"
    if data.rows[list(terms)].drop_duplicates().shape[0] <= len(terms):
        return "the answers depend on each other: no estimate"
    return ""


def ratio_cells(term: HazardTerm | FirthTerm) -> Row:
    """Ratio, limits and p of a log ratio; None stays None.

    >>> ratio_cells(HazardTerm("exposed", 0.0, 1.0, None, None, 1.0))["estimate"]
    1.0
    """
    logs = {"estimate": term.coefficient, "lower": term.lower, "upper": term.upper}
    return {**{name: None if log is None else math.exp(log) for name, log in logs.items()}, "p_value": term.p_value}


def effect_row(row: Row, cells: Row) -> Row:
    """A row with its numbers; a term that did not converge says so."""
    failed = "did not converge" if cells["estimate"] is None else ""
    return {**row, **cells, "note": joined(str(row["note"]), failed)}
