"""All episodes of the cohort, counted and listed, each with the resource versions behind it. Internal edition only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from reports.episode_words import DOCUMENTATION, SITES, SUBCLASSES, labels
from reports.printed import Body, Cell, Table, columns, spoken, text, words
from reports.words import WINDOWS

__all__ = ["episode_table"]


def episode_table(episodes: pd.DataFrame, link_template: str | None) -> Table:
    """One row an episode in the order it came."""
    rows = [episode_row(row, link_template) for row in episodes.to_dict("records")]
    return Table(
        "episode-list",
        "Counted episodes and listed candidates with their reason, by onset.",
        columns(
            "Patient", "#Onset", "#Day", "Window", "Ward", "Class", "Site", "Organism", "Basis", "Result",
            "Rule", "Counted", "Behind it",
        ),
        (Body(tuple(rows)),),
        nothing="No infection evidence was found in the cohort.",
    )  # fmt: skip


def episode_row(row: Mapping[str, Any], link_template: str | None) -> tuple[Cell, ...]:
    """One episode."""
    patient = text(row.get("local_identifier")) or text(row["patient_id"])
    link = link_template and link_template.format(patient_id=row["patient_id"], local_identifier=patient)
    reason = "counted" if row["counted"] else spoken(row["not_counted_reason"])
    day = text(row["onset_day"])
    evidence = row.get("evidence")
    versions = tuple(evidence) if isinstance(evidence, list | tuple) else ()
    return (
        words(patient, link=link or ""),
        words(text(row["onset_on"])[:10]),
        words(day.replace("-", "−"), order=day),
        words(WINDOWS.get(text(row["window_name"]), text(row["window_name"]))),
        words(text(row.get("ward"))),
        words(labels(row["infection_class"], SUBCLASSES)),
        words(labels(row["site"], SITES)),
        words(text(row["organisms"])),
        words(labels(row["documentation"], DOCUMENTATION)),
        words(text(row.get("result_status"))),
        words(spoken(row.get("rule"))),
        words(reason, css="" if row["counted"] else "soft"),
        Cell((text(row["episode_id"]),), versions=versions, css="code"),
    )
