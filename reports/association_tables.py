"""Exposures and outcomes: the four cells of this week, and the last dated analysis with its age. No p values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from reports.bundle import Analysis
from reports.figures_text import count, interval, is_missing, significant
from reports.printed import Body, Cell, Printed, Table, columns, counted, limits, machine, rate, spoken, text, words
from reports.words import MEASURES, STRATA

__all__ = ["analysis_sentence", "association_table", "effect_table"]

CELLS = ("exposed_events", "exposed_without", "unexposed_events", "unexposed_without")


def association_table(frame: pd.DataFrame, key: str, *, source: str) -> Table:
    """Each association with its four cells, odds ratio and limits."""
    rows = [
        (
            words(MEASURES.get(row["measure"], spoken(row["measure"]))),
            words(spoken(row["exposure"])),
            words(spoken(row["outcome"])),
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
        f"Analysis through {analysis.data_date} ({old}), cohort frozen as known at {analysis.as_of}, "
        f"run {analysis.run_id}. Exploratory estimates of a small cohort, each beside the events it rests on."
    )


def effect_table(effects: pd.DataFrame) -> Table:
    """One row a model term: estimate, limits, method, and the events it rests on."""
    rows = [effect_row(row) for row in effects.to_dict("records")]
    return Table(
        "analysis-effects",
        "Events stand beside each estimate; a term with fewer than five events has none.",
        columns(
            "Exposure", "Outcome", "Patients looked at", "#Events", "#Patients", "#Ratio", "#95 % CI", "Method", "Note"
        ),
        (Body(tuple(rows)),),
        nothing="The analysis holds no model.",
    )


def effect_row(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    """One term."""
    names = {"source": "effects", "measure": text(row["measure"]), "exposure": text(row["exposure"])}
    names |= {"outcome": text(row["outcome"]), "stratum": text(row["stratum"])}
    if "place" in row:
        names["place"] = text(row["place"])

    def piece(part: str, shown: str) -> Printed:
        return Printed(shown, machine(row[part]), names | {"part": part})

    stratum, ends = text(row["stratum"]), interval(row["lower"], row["upper"], as_percent=False)
    low, dash, high = ends.partition("–")
    shown = (piece("lower", low), dash, piece("upper", high)) if low else (ends,)
    return (
        words(spoken(row["exposure"])),
        words(spoken(row["outcome"])),
        words(STRATA.get(stratum, stratum)),
        Cell((piece("events", count(row["events"])),)),
        Cell((piece("patients", count(row["patients"])),)),
        Cell((piece("estimate", significant(row["estimate"])),)),
        words("–") if is_missing(row["estimate"]) else Cell(shown),
        words(text(row["method"])),
        words(text(row["note"])),
    )
