"""The headline of the cohort: seven figures as cards, each with n/N and its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from reports.figure_lookup import Row, figure_row
from reports.figures_text import DASH, SMALLEST_DENOMINATOR_FOR_PERCENT, is_missing
from reports.printed import Printed, counted, fraction, limits, share
from reports.words import STRATA, WINDOWS

__all__ = ["Card", "cards", "no_patient_sentence"]


@dataclass(frozen=True)
class Card:
    """One headline figure: what it is, its value and the line under it."""

    label: str
    value: tuple[str | Printed, ...]
    detail: tuple[str | Printed, ...]
    css: str = ""


def no_patient_sentence(estimates: pd.DataFrame) -> str:
    """Said plainly when nobody fits the protocol; empty otherwise."""
    infused = figure_row(estimates, "patients_infused", "all")
    if infused is None or is_missing(infused["numerator"]) or int(infused["numerator"]) > 0:
        return "" if infused is not None else NOBODY
    return NOBODY


NOBODY = "No patient of this cohort was found in the data: nobody has a CAR T-cell infusion that fits the protocol."


def cards(estimates: pd.DataFrame) -> Sequence[Card]:
    """Infused and how they split, infected, infections, deaths of infection, progressed."""
    early = WINDOWS["early"]
    split: list[str | Printed] = []
    for stratum, word in (("no", " without, "), ("yes", " with, "), ("unknown", " unknown pre-existing infection")):
        split += [counted(figure_row(estimates, "patients_infused", stratum)), word]
    infused = figure_row(estimates, "patients_infused", "all")
    events = figure_row(estimates, "infection_events", "no", "early")
    density = figure_row(estimates, "infection_density", "no", "early")
    return [
        Card("patients infused", (counted(infused),), tuple(split)),
        share_card(figure_row(estimates, "infected_proportion", "no", "early"), f"infected, {early}"),
        Card(f"infections, {early}", (counted(events),), density_line(density), "s-no"),
        share_card(figure_row(estimates, "infection_death_proportion", "no", "early"), f"died of infection, {early}"),
        share_card(figure_row(estimates, "progression_proportion", "yes", "early"), f"progressed, {early}"),
    ]


def density_line(row: Row | None) -> tuple[str | Printed, ...]:
    """The density under the number of infections."""
    if row is None:
        return ("not computed",)
    per = (counted(row, "denominator"), " patient-days, 95 % CI ", *limits(row, as_percent=False), " per 100 days")
    return (f"{STRATA.get(row['stratum'], '')}; in ", *per)


def share_card(row: Row | None, label: str) -> Card:
    """A proportion as a card: percent large, n/N and its interval below; no percent of fewer than ten."""
    if row is None:
        return Card(label, (DASH,), ("not computed",))
    few = not is_missing(row["denominator"]) and int(row["denominator"]) < SMALLEST_DENOMINATOR_FOR_PERCENT
    value = fraction(row) if few else (share(row),)
    detail = (*fraction(row), f" {STRATA.get(row['stratum'], '')}, 95 % CI ", *limits(row, as_percent=True))
    return Card(label, value, detail, f"s-{row['stratum']}")
