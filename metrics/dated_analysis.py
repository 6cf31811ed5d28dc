"""The dated analysis: associations and models of a frozen cohort, with p values that a growing cohort must not have.

Input are ``counts.person_models`` (one row per person) and ``counts.two_by_two``. What is fitted is written down here
before the data are seen: the four associations of the protocol, then models. A logistic model is Firth's always, since
with many events it is the ordinary one to within the error of either. CRS is time-varying and counts from the day after
its first day of grade >= 3; a hazard is cause-specific, death without the event ends the follow-up; with fewer than 10
events per term, or none in a group, it is Firth's too. Below 5 events per term there is no estimate.
Source: statistics.md 4 (a), 6; definitions.md 1.7, 6.8, 7.3.
"""

from dataclasses import dataclass

import pandas as pd

from metrics.adjusted import adjusted_rows
from metrics.associations import CONDITIONAL, fisher_p
from metrics.cox import METHOD as COX
from metrics.cox import cox_regression
from metrics.figure_order import Row, joined, published_frame
from metrics.figures import TWO_BY_TWO_COLUMNS, association_rows
from metrics.firth import METHOD as FIRTH
from metrics.firth import firth_logistic
from metrics.firth_cox import METHOD as FIRTH_COX
from metrics.firth_cox import firth_cox
from metrics.model_rows import effect_row, logistic_data, ratio_cells, span_data, unfit

EFFECT_COLUMNS = (
    "place", "measure", "exposure", "outcome", "stratum", "adjusted_for", "kind", "estimate", "lower", "upper", "level",
    "method", "events", "patients", "p_value", "p_adjusted", "p_adjustment", "note",
)  # fmt: skip
AMONG = {"bridging_association": "no", "crs_progression_association": "yes"}
PLANNED = (("bridging_other_than_fc", "infected_early"), ("crs_grade_3_exposure", "progressed"))
FEW_EVENTS_PER_TERM = 10


@dataclass(frozen=True)
class LogisticModel:
    """``outcome`` among ``stratum`` (None: whose look-back is known) on ``terms``; the first term is the exposure."""

    measure: str
    stratum: str | None
    terms: tuple[str, ...]
    outcome: str = "infected_early"


@dataclass(frozen=True)
class HazardModel:
    """First day of ``outcome`` to day 30 among ``stratum`` on CRS of grade >= 3, time-varying."""

    measure: str
    stratum: str
    outcome: str
    day: str


LOGISTIC_MODELS = (
    LogisticModel("bridging_association", "no", ("bridging_other_than_fc",)),
    LogisticModel("bridging_association", "no", ("bridging_other_than_fc", "neutropenic_before")),
    LogisticModel("infection_risk_factors", None, ("preexisting_infection",)),
    LogisticModel("infection_risk_factors", "no", ("prior_transplant",)),
    LogisticModel("infection_risk_factors", "no", ("neutropenic_before",)),
    LogisticModel("infection_risk_factors", "no", ("igg_low",)),
)
HAZARD_MODELS = (
    HazardModel("crs_infection_hazard", "no", "infected_early", "infection_day"),
    HazardModel("crs_progression_association", "yes", "progressed", "progression_day"),
    HazardModel("crs_progression_association", "yes", "progressed_broad", "progression_broad_day"),
)


@dataclass(frozen=True)
class AnalysisFigures:
    """Frames for ``published.two_by_two`` and ``published.effects`` without ``run_id``."""

    two_by_two: pd.DataFrame
    effects: pd.DataFrame


def dated_analysis(persons: pd.DataFrame, tables: pd.DataFrame, *, level: float = 0.95) -> AnalysisFigures:
    """Every association and model; the same rows in any order give the same frames.

    Raises:
        CountsRejected, LevelRejected: as the functions behind it.
    """
    associations = association_rows(tables.sort_values(["measure", "exposure", "outcome"]), level=level)
    ordered = persons.sort_values("person_key", kind="stable")
    rows = [
        *(association_effect(row) for row in associations),
        *(row for model in LOGISTIC_MODELS for row in logistic_effects(ordered, model, level=level)),
        *(hazard_effect(ordered, model, level=level) for model in HAZARD_MODELS),
    ]
    placed = [{**row, "place": place} for place, row in enumerate(adjusted_rows(rows, planned=PLANNED), start=1)]
    return AnalysisFigures(
        two_by_two=published_frame(associations, TWO_BY_TWO_COLUMNS, ("measure", "exposure", "outcome")),
        effects=published_frame(placed, EFFECT_COLUMNS, ("place",)),
    )


def association_effect(row: Row) -> Row:
    """The row of a two-by-two table among the effects, with Fisher's p."""
    cells = tuple(
        int(str(row[name])) for name in ("exposed_events", "exposed_without", "unexposed_events", "unexposed_without")
    )
    first, second, third, fourth = cells
    return {
        "measure": row["measure"], "exposure": row["exposure"], "outcome": row["outcome"],
        "stratum": AMONG.get(str(row["measure"])), "adjusted_for": "", "kind": "odds ratio",
        "estimate": row["estimate"], "lower": row["lower"], "upper": row["upper"], "level": row["level"],
        "method": CONDITIONAL, "events": first + third, "patients": sum(cells),
        "p_value": fisher_p((first, second, third, fourth)), "note": row["note"],
    }  # fmt: skip


def logistic_effects(persons: pd.DataFrame, model: LogisticModel, *, level: float) -> list[Row]:
    """One row per term of a logistic model; without an estimate where the data cannot carry it."""
    data = logistic_data(persons, outcome=model.outcome, stratum=model.stratum, terms=model.terms)
    rows: list[Row] = []
    for term in model.terms:
        others = ", ".join(name for name in model.terms if name != term)
        rows.append({
            "measure": model.measure, "exposure": term, "outcome": model.outcome, "stratum": model.stratum or "all",
            "adjusted_for": others, "kind": "odds ratio", "level": level, "method": FIRTH,
            "events": data.events, "patients": len(data.rows), "note": data.note,
        })  # fmt: skip
    reason = unfit(data, model.terms)
    if reason:
        return [{**row, "note": joined(str(row["note"]), reason)} for row in rows]
    fit = firth_logistic(data.rows["event"].tolist(), data.rows[list(model.terms)], level=level)
    return [effect_row(row, ratio_cells(term)) for row, term in zip(rows, fit.terms[1:], strict=True)]


def hazard_effect(persons: pd.DataFrame, model: HazardModel, *, level: float) -> Row:
    """The row of a hazard model."""
    data = span_data(persons, stratum=model.stratum, day=model.day)
    row: Row = {
        "measure": model.measure, "exposure": "crs_grade_3", "outcome": model.outcome, "stratum": model.stratum,
        "adjusted_for": "", "kind": "hazard ratio", "level": level, "method": COX, "events": data.events,
        "patients": data.patients, "note": data.note,
    }  # fmt: skip
    reason = unfit(data, ("exposed",))
    if reason:
        return {**row, "note": joined(data.note, reason)}
    penalised = firth_cox(data.rows, ["exposed"], level=level)[0]
    if data.events >= FEW_EVENTS_PER_TERM and not lacks_events(data.rows):
        start = [penalised.coefficient or 0.0]
        plain = cox_regression(data.rows, ["exposed"], level=level, start=start)[0]
        if plain.coefficient is not None:
            return effect_row(row, ratio_cells(plain))
    return {**effect_row(row, ratio_cells(penalised)), "method": FIRTH_COX}


def lacks_events(rows: pd.DataFrame) -> bool:
    """Whether one of the two groups has no event, so that an ordinary likelihood has no maximum."""
    groups = [int(rows.loc[rows["exposed"] == group, "event"].sum()) for group in (0, 1)]
    return 0 in groups
