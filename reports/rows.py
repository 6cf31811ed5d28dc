"""Rows of the page, made from published figures. Formats only: every number stands in a frame already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from reports.bundle import WeeklyBundle
from reports.figures_text import count, fraction, interval, percent, significant
from reports.words import MEASURES, STRATA, WINDOWS, stratum_title

__all__ = ["Card", "association_rows", "cards", "episode_rows", "incidence_rows", "infection_blocks", "proportion_rows"]

STRATUM_ORDER = ("no", "yes", "unknown", "all")
INCIDENCE_DAYS = (7, 14, 30, 60, 90)
PROPORTIONS = tuple(name for name in MEASURES if name.endswith("_proportion") or name == "probable_infection_death")


@dataclass(frozen=True)
class Card:
    """One headline figure: what it is, its value and the line under it."""

    label: str
    value: str
    detail: str


def find(estimates: pd.DataFrame, measure: str, stratum: str, window: str | None = None) -> dict[str, Any] | None:
    """The one row of a measure for all infection classes, or None when it was not computed."""
    rows = estimates[(estimates["measure"] == measure) & (estimates["stratum"] == stratum)]
    rows = rows[rows["infection_class"].isin(["all"]) | rows["infection_class"].isna()]
    if window is not None:
        rows = rows[rows["window_name"] == window]
    return None if rows.empty else dict(rows.iloc[0])


def cards(bundle: WeeklyBundle) -> list[Card]:
    """The headline: infused, the split, infected, events, deaths, progression."""
    estimates = bundle.estimates
    infused = find(estimates, "patients_infused", "all")
    made = [Card("infused", count(infused and infused["numerator"]), "first course, first infusion")]
    for stratum in ("yes", "no"):
        row = find(estimates, "patients_infused", stratum)
        made.append(Card(STRATA[stratum], count(row and row["numerator"]), "of the infused"))
    events = find(estimates, "infection_events", "no", "early")
    made.append(proportion_card(find(estimates, "infected_proportion", "no", "early"), "infected, day 0 to 30"))
    made.append(Card("infections, day 0 to 30", count(events and events["numerator"]), STRATA["no"]))
    made.append(proportion_card(find(estimates, "infection_death_proportion", "no"), "died of infection, day 0 to 30"))
    made.append(proportion_card(find(estimates, "progression_proportion", "yes"), "progressed, day 0 to 30"))
    return made


def proportion_card(row: dict[str, Any] | None, label: str) -> Card:
    """A proportion as a card: percent large, n/N and its interval below."""
    if row is None:
        return Card(label, "–", "not computed")
    limits = interval(row["lower"], row["upper"], as_percent=True)
    text = f"{fraction(row['numerator'], row['denominator'])} {STRATA.get(row['stratum'], '')}, 95 % CI {limits}"
    return Card(label, percent(row["value"]), text)


def proportion_rows(estimates: pd.DataFrame) -> list[dict[str, str]]:
    """Every proportion with numerator, denominator, limits and method, in the order of the glossary."""
    rows = []
    for measure in PROPORTIONS:
        frame = estimates[estimates["measure"] == measure]
        for stratum in STRATUM_ORDER:
            for _, row in frame[frame["stratum"] == stratum].iterrows():
                rows.append(
                    {
                        "measure": MEASURES[measure],
                        "stratum": STRATA[stratum],
                        "window": WINDOWS.get(str(row["window_name"]), str(row["window_name"] or "")),
                        "fraction": fraction(row["numerator"], row["denominator"]),
                        "value": percent(row["value"]),
                        "interval": interval(row["lower"], row["upper"], as_percent=True),
                        "method": str(row["method"] or ""),
                        "status": str(row["status"]),
                    }
                )
    return rows


def infection_blocks(estimates: pd.DataFrame, patients: pd.DataFrame) -> list[dict[str, Any]]:
    """One block a stratum: window x class with patients, events, person-days and density. `patients` are the
    infected_patients rows; a class without an event keeps its row, with its upper limit.
    """
    densities = estimates[estimates["measure"] == "infection_density"]
    infected = {(r.stratum, r.window_name, r.infection_class): r.numerator for r in patients.itertuples()}
    blocks = []
    for stratum in STRATUM_ORDER:
        frame = densities[densities["stratum"] == stratum]
        ordered = [frame[frame["window_name"] == window] for window in WINDOWS]
        rows = [density_row(row, infected) for window in ordered for _, row in window.iterrows()]
        if rows:
            blocks.append({"title": stratum_title(stratum), "rows": rows})
    return blocks


def density_row(row: pd.Series, infected: dict[tuple[str, str, str], Any]) -> dict[str, str]:
    """One density as text; the limits of zero events are an upper limit only."""
    key = (row["stratum"], row["window_name"], row["infection_class"])
    return {
        "window": WINDOWS.get(row["window_name"], row["window_name"]),
        "infection_class": str(row["infection_class"]),
        "patients": count(infected.get(key)),
        "events": count(row["numerator"]),
        "person_days": count(row["denominator"]),
        "density": significant(row["value"]),
        "interval": interval(row["lower"], row["upper"], as_percent=False),
    }


def incidence_rows(curves: pd.DataFrame) -> list[dict[str, str]]:
    """Cumulative incidence through fixed days with the number at risk, by stratum."""
    rows = []
    frame = curves[(curves["measure"] == "cumulative_incidence") & (curves["infection_class"] == "all")]
    for stratum in STRATUM_ORDER:
        points = frame[frame["stratum"] == stratum].sort_values("day", kind="stable")
        for day in INCIDENCE_DAYS:
            seen = points[points["day"] <= day]
            if not seen.empty:
                last = seen.iloc[-1]
                rows.append(
                    {
                        "stratum": STRATA[stratum],
                        "day": str(day),
                        "at_risk": count(last["at_risk"]),
                        "value": percent(last["value"]),
                        "interval": interval(last["lower"], last["upper"], as_percent=True),
                    }
                )
    return rows


def association_rows(two_by_two: pd.DataFrame) -> list[dict[str, str]]:
    """Each association with its four cells, estimate and interval."""
    return [
        {
            "measure": MEASURES.get(row.measure, row.measure),
            "exposure": row.exposure.replace("_", " "),
            "outcome": row.outcome.replace("_", " "),
            "exposed_events": count(row.exposed_events),
            "exposed_without": count(row.exposed_without),
            "unexposed_events": count(row.unexposed_events),
            "unexposed_without": count(row.unexposed_without),
            "estimate": significant(row.estimate),
            "interval": interval(row.lower, row.upper, as_percent=False),
        }
        for row in two_by_two.itertuples()
    ]


def episode_rows(episodes: pd.DataFrame, link_template: str | None) -> list[dict[str, str]]:
    """The line list of the internal edition, in the order it came."""
    rows = []
    for row in episodes.to_dict("records"):
        patient = row.get("local_identifier") or row["patient_id"]
        link = link_template and link_template.format(patient_id=row["patient_id"], local_identifier=patient)
        counted = "counted" if row["counted"] else str(row["not_counted_reason"] or "").replace("_", " ")
        made = {name: text(row[name]) for name in ("onset_on", "onset_day", "window_name", "documentation")}
        lists = {name: text(row[name]) for name in ("infection_class", "site", "organisms")}
        rows.append(
            made
            | lists
            | {"patient": str(patient), "link": link or "", "counted": counted}
            | {"episode_id": str(row["episode_id"])}
        )
    return rows


def text(value: object) -> str:
    """A cell as text: lists joined, undefined empty, dates by their day."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, list | tuple | np.ndarray):
        return ", ".join(str(item) for item in value)
    if isinstance(value, pd.Timestamp):
        return str(value.date().isoformat())
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
