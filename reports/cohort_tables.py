"""Tables of the cohort: who is in and who is out, the outcomes, and the same figures under other decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from reports.figure_lookup import STRATUM_ORDER, Row, rows_of
from reports.figures_text import SMALLEST_DENOMINATOR_FOR_PERCENT, count, is_missing
from reports.printed import (
    Body,
    Cell,
    Heading,
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
from reports.words import EPISODE_STEPS, MEASURES, STRATA, STRATUM_SETS, WINDOWS

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


def funnel_tables(patients: pd.DataFrame, episodes: pd.DataFrame) -> list[Table]:
    """Patients by step, and rows of infection evidence by step, each exclusion reason a row under its step."""
    steps = [(spoken(row["step"]), row) for row in patients.to_dict("records")]
    found = episodes.to_dict("records")
    evidence = [(EPISODE_STEPS.get(int(row["step_number"]), text(row["step_number"])), row) for row in found]
    return [
        Table(
            "funnel-patients", "Patients, from everybody looked at to the cohort.", columns("Step", "#Patients"),
            funnel_bodies(steps, "patients", "funnel_patients"), nothing="No patient was looked at.",
        ),
        Table(
            "funnel-episodes", "Infection evidence of cohort members: what counts, what is listed and why.",
            columns("Step", "#Rows"), funnel_bodies(evidence, "rows_count", "funnel_episodes"),
            nothing="No infection evidence was found.",
        ),
    ]  # fmt: skip


def funnel_bodies(steps: Sequence[tuple[str, Mapping[str, Any]]], part: str, source: str) -> tuple[Body, ...]:
    """One body a step: its reasons under its name, or the step alone as one row."""
    bodies: list[Body] = []
    for step in dict.fromkeys(name for name, _ in steps):
        mine = [row for name, row in steps if name == step]
        has_reasons = any(text(row["reason"]) for row in mine)
        rows = [
            (
                words(reason(row["reason"]), css="reason") if text(row["reason"]) else words(step, css="step"),
                funnel_cell(row, part, source),
            )
            for row in mine
        ]
        bodies.append(Body(tuple(rows), step if has_reasons else ""))
    return tuple(bodies)


def reason(key: object) -> str:
    """A reason of a funnel in words: the fixed key with its abbreviations spelt as they are written.

    >>> reason("not_b_all"), reason("dnaemia_not_treated"), reason("negative")
    ('not B-ALL', 'DNAemia not treated', 'negative')
    """
    said = spoken(key)
    for plain, written in ABBREVIATIONS.items():
        said = said.replace(plain, written)
    return said


ABBREVIATIONS = {
    "b all": "B-ALL",
    "t lineage": "T lineage",
    "dnaemia": "DNAemia",
    "hbv": "HBV",
    "c difficile": "C. difficile",
}


def funnel_cell(row: Mapping[str, Any], part: str, source: str) -> Cell:
    """A count of a funnel with its step and reason as its place."""
    place = {"source": source, "step": str(row["step_number"]), "reason": text(row["reason"]), "part": part}
    return Cell((Printed(count(row[part]), machine(row[part]), place),))


def remark(row: Row) -> str:
    """Status, unless final, and who was left out; that nothing was seen stands in the limits already."""
    status = "" if row["status"] == "final" else text(row["status"])
    note = text(row["note"])
    return "; ".join(part for part in (status, note if "left out" in note else "") if part)


def stratum_cell(row: Row | None) -> Cell:
    """A figure of one stratum: share with n/N (no percent of fewer than ten), rate with its counts, or a count."""
    if row is None:
        return words("")
    said = remark(row)
    if is_missing(row["denominator"]):
        return Cell((counted(row),), under=(said,) if said else ())
    if is_missing(row["value"]):
        return Cell(fraction(row), under=(said,) if said else ())
    few = is_share(row) and int(row["denominator"]) < SMALLEST_DENOMINATOR_FOR_PERCENT
    shown = () if few else (" = ", share(row) if is_share(row) else rate(row))
    tail = ("; ", said) if said else ()
    return Cell((*fraction(row), *shown), under=(*limits(row, as_percent=is_share(row)), *tail))


def is_share(row: Row) -> bool:
    """True for a share of patients."""
    return "proportion" in row["measure"] or row["measure"] == "probable_infection_death"


def by_stratum(rows: Sequence[Row]) -> list[tuple[Cell, ...]]:
    """One line for each measure, set of strata and window, in the order of the rows, its strata side by side."""
    lines: dict[tuple[str, str, str], dict[str, Row]] = {}
    for row in rows:
        named, colon, answer = str(row["stratum"]).rpartition(":")
        key = (str(row["measure"]), named if colon else "", text(row["window_name"]))
        lines.setdefault(key, {})[answer] = row
    return [
        (
            words(MEASURES.get(measure, spoken(measure)) + (f"; {STRATUM_SETS.get(named, named)}" if named else "")),
            words(WINDOWS.get(window, window)),
            *(stratum_cell(found.get(stratum)) for stratum in STRATUM_ORDER),
        )
        for (measure, named, window), found in lines.items()
    ]


def strata_headings() -> tuple[Heading, ...]:
    """Measure, window and the strata, as the tables of outcomes have them."""
    named = (Heading(STRATA[stratum].capitalize(), True, css=f"s-{stratum}") for stratum in STRATUM_ORDER)
    return (Heading("Measure"), Heading("Window"), *named)


def is_headline(row: Row) -> bool:
    """All classes, a plain stratum, a window of the headline."""
    return (
        (is_missing(row["infection_class"]) or row["infection_class"] == "all")
        and row["stratum"] in STRATA
        and (is_missing(row["window_name"]) or row["window_name"] in HEADLINE_WINDOWS)
    )


def outcome_table(estimates: pd.DataFrame) -> Table:
    """Infected, died of infection (probable beside it), progressed: primary and broad under each other."""
    rows = [row for measure in OUTCOMES for row in rows_of(estimates, measure) if is_headline(row)]
    return Table(
        "outcomes-values",
        "Patients complete to the end of the window, with exact (Clopper-Pearson) 95 % limits. Probable infection "
        "deaths wait for a verdict and are not among the deaths.",
        strata_headings(),
        (Body(tuple(by_stratum(rows))),),
        nothing="No proportion was computed.",
        css="baseline",
    )


def sensitivity_table(estimates: pd.DataFrame) -> Table:
    """The same figures under other decisions: day 0, strata, window 0 to 90, infections before the infusion."""
    rows = everything(estimates)
    bodies = [
        (
            "As published above",
            [r for r in rows if (r["measure"], r["window_name"]) in BASES and r["stratum"] in STRATA],
        ),
        ("Another day 0", [r for r in rows if "_day0_" in r["measure"]]),
        ("Infections at the edge", [r for r in rows if r["measure"] in EDGE_EVENTS]),
        ("Another split of the patients", [r for r in rows if ":" in str(r["stratum"])]),
        ("Window of day 0 to 90", [r for r in rows_of_shares(estimates) if r["window_name"] == "early_and_late"]),
    ]
    return Table(
        "sensitivity-values",
        "Each row changes one decision of the protocol and leaves the others. Shares with exact (Clopper-Pearson), "
        "events per 100 patient-days with exact Poisson 95 % limits.",
        strata_headings(),
        tuple(Body(tuple(by_stratum(of_one)), title) for title, of_one in bodies if of_one),
        nothing="No sensitivity row was computed.",
        css="baseline",
    )


BASES = (("infected_proportion", "early"), ("infection_density", "early"))
EDGE_EVENTS = ("infection_events_between_infusions", "infection_events_before_infusion")


def everything(estimates: pd.DataFrame) -> list[Row]:
    """Every row of all classes, in the order of the frame."""
    rows = estimates[estimates["infection_class"].isna() | (estimates["infection_class"] == "all")]
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def rows_of_shares(estimates: pd.DataFrame) -> list[Row]:
    """Rows of the outcomes that are shares of patients in a plain stratum."""
    return [row for row in everything(estimates) if row["measure"] in OUTCOMES and row["stratum"] in STRATA]
