"""Exposures and outcomes: the four cells of this week, and the last dated analysis with its age. No p values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from reports.bundle import Analysis
from reports.figures_text import count, interval, is_missing, significant
from reports.first_screen import clock
from reports.printed import Body, Cell, Printed, Table, columns, counted, limits, machine, rate, spoken, text, words
from reports.words import MEASURES, STRATA

__all__ = ["analysis_sentence", "association_table", "effect_table", "exposure_of", "term"]

TERMS = {
    "bridging_other_than_fc": "bridging, other than FC",
    "bridging_non_tki": "bridging, any block",
    "crs_grade_3": "CRS of grade 3 or more",
    "crs_grade_3_exposure": "CRS of grade 3 or more before progression",
    "crs_grade_3_exposure_broad": "CRS of grade 3 or more before broad progression",
    "crs_severe": "CRS of grade 3 or more, from its day on",
    "infected_early": "infected, day 0 to 30",
    "progressed_broad": "progressed (broad)",
    "preexisting_infection": "pre-existing infection",
    "prior_transplant": "transplant before infusion",
    "neutropenic_before": "neutrophils below 500/µL before infusion",
    "igg_low": "immunoglobulin G below 400 mg/dL",
}

CELLS = ("exposed_events", "exposed_without", "unexposed_events", "unexposed_without")


def association_table(frame: pd.DataFrame, key: str, *, source: str) -> Table:
    """Each association with its four cells, odds ratio and limits."""
    rows = [
        (
            words(MEASURES.get(row["measure"], spoken(row["measure"]))),
            words(term(row["exposure"])),
            words(term(row["outcome"])),
            *(Cell((counted(row, part, source=source),)) for part in CELLS),
            Cell((rate(row, "estimate", source=source),)),
            Cell(limits(row, as_percent=False, source=source)),
            words(text(row["note"]) if "note" in row else ""),
        )
        for row in frame.to_dict("records")
    ]
    return Table(
        key,
        "Conditional odds ratio with exact limits. Unknown exposure stands outside the four cells.",
        columns(
            "Association", "Exposure", "Outcome", "#Exposed, with", "#Exposed, without", "#Unexposed, with",
            "#Unexposed, without", "#Odds ratio", "#95 % CI", "Note",
        ),
        (Body(tuple(rows)),),
        nothing="No association was computed.",
    )  # fmt: skip


def analysis_sentence(analysis: Analysis, data_date: str) -> str:
    """When the analysis was frozen and how old that is at the data date of the week."""
    age = (date.fromisoformat(data_date) - date.fromisoformat(analysis.data_date)).days
    old = "today’s data date" if age == 0 else f"{age} day{'s' * (age != 1)} before this page’s"
    return (
        f"Analysis through {analysis.data_date} ({old}), cohort frozen as known at {clock(analysis.as_of)}, "
        f"run {analysis.run_id}. Exploratory estimates of a small cohort, each beside the events it rests on."
    )


def effect_table(effects: pd.DataFrame) -> Table:
    """One row a model term: estimate, limits, method, and the events it rests on."""
    rows = [effect_row(row) for row in effects.to_dict("records")]
    return Table(
        "analysis-effects",
        "Events stand beside each estimate; a term with fewer than five events has none.",
        columns(
            "Exposure",
            "Outcome",
            "Patients looked at",
            "#Events",
            "#Patients",
            "#Ratio",
            "#95 % CI",
            "Kind",
            "Method",
            "Note",
        ),
        (Body(tuple(rows)),),
        nothing="The analysis holds no model.",
    )


def term(key: object) -> str:
    """An exposure or outcome in words.

    >>> term("infected_early"), term("site_term")
    ('infected, day 0 to 30', 'site term')
    """
    return TERMS.get(text(key), spoken(key))


def exposure_of(row: Mapping[str, Any]) -> str:
    """The exposure, and what it is adjusted for."""
    others = [term(name.strip()) for name in text(row.get("adjusted_for")).split(",") if name.strip()]
    return term(row["exposure"]) + (f", adjusted for {', '.join(others)}" if others else "")


def effect_row(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    """One term."""
    names = {"source": "effects", "measure": text(row["measure"]), "exposure": text(row["exposure"])}
    names |= {"outcome": text(row["outcome"]), "stratum": text(row["stratum"])}
    if "place" in row:
        names["place"] = text(row["place"])

    def piece(part: str, shown: str) -> Printed:
        return Printed(shown, machine(row[part]), names | {"part": part})

    ends = interval(row["lower"], row["upper"], as_percent=False)
    low, dash, high = ends.partition("–")
    shown = (piece("lower", low), dash, piece("upper", high)) if low else (ends,)
    return (
        words(exposure_of(row)),
        words(term(row["outcome"])),
        words(STRATA.get(text(row["stratum"]), "with or without pre-existing infection")),
        Cell((piece("events", count(row["events"])),)),
        Cell((piece("patients", count(row["patients"])),)),
        Cell((piece("estimate", significant(row["estimate"])),)),
        words("–") if is_missing(row["estimate"]) else Cell(shown),
        words(text(row.get("kind")).replace("_", " ")),
        words(text(row["method"])),
        words(text(row["note"])),
    )
