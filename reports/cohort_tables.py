"""Tables of the cohort: who is in and who is out, the outcomes, and the same figures under other decisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from reports.figure_lookup import STRATUM_ORDER, Row, ordered, rows_of
from reports.figures_text import DASH, SMALLEST_DENOMINATOR_FOR_PERCENT, count, is_missing
from reports.printed import (
    Body,
    Cell,
    Printed,
    Table,
    columns,
    counted,
    fraction,
    limits,
    machine,
    rate,
    share,
    spoken,
    text,
    words,
)
from reports.words import EPISODE_STEPS, MEASURES, STRATA, WINDOWS, stratum_title

__all__ = ["funnel_tables", "outcome_table", "sensitivity_table"]

OUTCOMES = (
    "preexisting_infection_proportion",
    "infected_proportion",
    "infection_death_proportion",
    "probable_infection_death",
    "progression_proportion",
    "progression_broad_proportion",
)
HEADLINE_WINDOWS = ("look_back", "early", "late")
SHARE_COLUMNS = ("Measure", "Stratum", "Window", "#n/N", "#%", "#95 % CI", "Method", "Note")


def funnel_tables(patients: pd.DataFrame, episodes: pd.DataFrame) -> list[Table]:
    """Patients by step, and rows of infection evidence by step, each exclusion reason a row of its own."""
    steps = [
        (words(spoken(row["step"])), words(spoken(row["reason"])), funnel_cell(row, "patients", "funnel_patients"))
        for row in patients.to_dict("records")
    ]
    evidence = [
        (
            words(EPISODE_STEPS[int(row["step_number"])]),
            words(spoken(row["reason"])),
            funnel_cell(row, "rows_count", "funnel_episodes"),
        )
        for row in episodes.to_dict("records")
    ]
    return [
        Table(
            "funnel-patients", "Patients, from everybody looked at to the cohort.",
            columns("Step", "Reason", "#Patients"), (Body(tuple(steps)),), nothing="No patient was looked at.",
        ),
        Table(
            "funnel-episodes", "Infection evidence of cohort members: what counts, and what is listed with its reason.",
            columns("Step", "Reason", "#Rows"), (Body(tuple(evidence)),), nothing="No infection evidence was found.",
        ),
    ]  # fmt: skip


def funnel_cell(row: Mapping[str, Any], part: str, source: str) -> Cell:
    """A count of a funnel with its step and reason as its place."""
    place = {"source": source, "step": str(row["step_number"]), "reason": text(row["reason"]), "part": part}
    return Cell((Printed(count(row[part]), machine(row[part]), place),))


def share_row(row: Row) -> tuple[Cell, ...]:
    """One proportion: fraction, percent (not of fewer than ten), limits, method, note."""
    few = not is_missing(row["denominator"]) and int(row["denominator"]) < SMALLEST_DENOMINATOR_FOR_PERCENT
    window = WINDOWS.get(str(row["window_name"]), text(row["window_name"]))
    return (
        words(MEASURES.get(row["measure"], row["measure"])),
        words(STRATA.get(row["stratum"], stratum_title(row["stratum"]))),
        words(window),
        Cell(fraction(row)),
        words(DASH) if few else Cell((share(row),)),
        Cell(limits(row, as_percent=True)),
        words(text(row["method"])),
        words(remark(row)),
    )


def remark(row: Row) -> str:
    """Status, unless final, and note of a figure."""
    status = "" if row["status"] == "final" else text(row["status"])
    return "; ".join(part for part in (status, text(row["note"])) if part)


def is_headline(row: Row) -> bool:
    """All classes, a plain stratum, a window of the headline."""
    return (
        (is_missing(row["infection_class"]) or row["infection_class"] == "all")
        and row["stratum"] in STRATA
        and (is_missing(row["window_name"]) or row["window_name"] in HEADLINE_WINDOWS)
    )


def outcome_table(estimates: pd.DataFrame) -> Table:
    """Infected, died of infection (probable beside it), progressed: primary and broad under each other."""
    rows = []
    for measure in OUTCOMES:
        found = [row for row in rows_of(estimates, measure) if is_headline(row)]
        for stratum in ordered([row["stratum"] for row in found], STRATUM_ORDER):
            rows += [share_row(row) for row in found if row["stratum"] == stratum]
    return Table(
        "outcomes",
        "Patients complete to the end of the window. Probable infection deaths wait for a verdict and stand beside.",
        columns(*SHARE_COLUMNS),
        (Body(tuple(rows)),),
        nothing="No proportion was computed.",
    )


def sensitivity_table(estimates: pd.DataFrame) -> Table:
    """The same figures under other decisions: day 0, strata, window 0 to 90, infections before the infusion."""
    bodies = [
        ("Another day 0", [r for r in everything(estimates) if "_day0_" in r["measure"]]),
        ("Infections at the edge", [r for r in everything(estimates) if r["measure"] in EDGE_EVENTS]),
        ("Another split of the patients", [r for r in everything(estimates) if ":" in str(r["stratum"])]),
        ("Window of day 0 to 90", [r for r in rows_of_shares(estimates) if r["window_name"] == "early_and_late"]),
    ]
    return Table(
        "sensitivity-values",
        "Each row changes one decision of the protocol and leaves the others.",
        columns(*SHARE_COLUMNS),
        tuple(Body(tuple(sensitivity_row(row) for row in rows), title) for title, rows in bodies if rows),
        nothing="No sensitivity row was computed.",
    )


EDGE_EVENTS = ("infection_events_between_infusions", "infection_events_before_infusion")


def everything(estimates: pd.DataFrame) -> list[Row]:
    """Every row of all classes, in the order of the frame."""
    rows = estimates[estimates["infection_class"].isna() | (estimates["infection_class"] == "all")]
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def rows_of_shares(estimates: pd.DataFrame) -> list[Row]:
    """Rows of the outcomes that are shares of patients in a plain stratum."""
    return [row for row in everything(estimates) if row["measure"] in OUTCOMES and row["stratum"] in STRATA]


def sensitivity_row(row: Row) -> tuple[Cell, ...]:
    """A share as in the outcomes; a density or a count in the same columns."""
    if "proportion" in row["measure"] or row["measure"] == "probable_infection_death":
        return share_row(row)
    first = share_row(row)[:3]
    tail = (words(text(row["method"])), words(remark(row)))
    if is_missing(row["denominator"]):
        return (*first, Cell((counted(row),)), words(""), words(""), *tail)
    return (*first, Cell(fraction(row)), Cell((rate(row),)), Cell(limits(row, as_percent=False)), *tail)
