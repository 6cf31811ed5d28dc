"""What stands on which sheet of the workbook: frames of the bundle, put side by side, no number of their own."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import pandas as pd

from reports.bundle import WeeklyBundle
from reports.words import EPISODE_STEPS

__all__ = ["Sheet", "infection_table", "workbook_sheets"]

INFECTION_KEYS = ("stratum", "window_name", "infection_class")
INFECTION_COUNTS = {
    "patients": "infected_patients",
    "events": "infection_events",
    "severe": "severe_events",
    "deaths": "infection_deaths",
}


@dataclass(frozen=True)
class Sheet:
    """A named frame; the order of its columns and rows is that of the sheet."""

    name: str
    frame: pd.DataFrame


def workbook_sheets(bundle: WeeklyBundle) -> tuple[Sheet, ...]:
    """Every sheet in order. A part that the bundle does not hold is a sheet without rows."""
    quality = {
        "check": bundle.checks,
        "pull": bundle.ledger,
        "reject": bundle.rejects,
        "finding": bundle.findings,
        "unmapped code": bundle.unmapped,
    }
    return (
        Sheet("about", about(bundle)),
        Sheet("figures", bundle.estimates),
        Sheet("curves", bundle.curves),
        Sheet("two-by-two", bundle.two_by_two),
        Sheet("infections", infection_table(bundle.estimates)),
        Sheet("funnel", funnel(bundle)),
        Sheet("episodes", bundle.episodes),
        Sheet("changes", bundle.line_list),
        Sheet("quality", stacked("part", quality)),
        Sheet("methods", pd.DataFrame([dataclasses.asdict(note) for note in bundle.notes])),
    )


def about(bundle: WeeklyBundle) -> pd.DataFrame:
    """Who, when and how whole, one line each; each missing part is a line of its own."""
    known = dataclasses.asdict(bundle.header)
    missing = known.pop("missing")
    rows = [{"name": name, "value": value} for name, value in known.items()]
    rows += [{"name": "missing", "value": sentence} for sentence in missing]
    rows.append({"name": "edition", "value": "internal: holds patient data"})
    return pd.DataFrame(rows, columns=["name", "value"], dtype="object")


def infection_table(estimates: pd.DataFrame) -> pd.DataFrame:
    """One row per stratum, window and class: patients, events, person-days, density per 100 days with its limits,
    severe events and deaths. What was not computed is empty.
    """
    wanted = estimates[estimates["measure"].isin([*INFECTION_COUNTS.values(), "infection_density"])]
    found = {(row.measure, row.stratum, row.window_name, row.infection_class): row for row in wanted.itertuples()}
    rows = []
    for _, density in estimates[estimates["measure"] == "infection_density"].iterrows():
        key = tuple(density[name] for name in INFECTION_KEYS)
        counts = {name: found.get((measure, *key)) for name, measure in INFECTION_COUNTS.items()}
        rows.append(
            dict(zip(INFECTION_KEYS, key, strict=True))
            | {name: None if row is None else row.numerator for name, row in counts.items()}
            | {
                "person_days": density["denominator"],
                "per_100_days": density["value"],
                "lower": density["lower"],
                "upper": density["upper"],
                "method": density["method"],
            }
        )
    columns = [*INFECTION_KEYS, *INFECTION_COUNTS, "person_days", "per_100_days", "lower", "upper", "method"]
    return pd.DataFrame(rows, columns=columns, dtype="object")


def funnel(bundle: WeeklyBundle) -> pd.DataFrame:
    """Patients by step and evidence by step, each with its reason, on one sheet."""
    episodes = bundle.funnel_episodes
    rows = [["patients", row.step, row.reason, row.patients] for row in bundle.funnel_patients.itertuples()]
    rows += [
        ["episodes", EPISODE_STEPS[int(row.step_number)], row.reason, row.rows_count] for row in episodes.itertuples()
    ]
    return pd.DataFrame(rows, columns=["of", "step", "reason", "count"], dtype="object")


def stacked(part: str, frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Frames of unlike columns under each other; `part` names the column that says which frame a row is from."""
    columns = list(dict.fromkeys([part, *(str(name) for frame in frames.values() for name in frame.columns)]))
    rows = [{part: title, **row} for title, frame in frames.items() for row in frame.to_dict("records")]
    return pd.DataFrame([[row.get(name) for name in columns] for row in rows], columns=columns, dtype="object")
