"""Published studies beside our figures: facts with their window and definition, never targets (definitions.md 2.1)."""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

__all__ = ["published_studies"]


def published_studies() -> pd.DataFrame:
    """One row per figure of a study: study, cohort, window, measure, numerator, denominator, value, unit, definition,
    source. What a study does not print is empty; `value` is as printed there, whatever its counts would give.

    >>> studies = published_studies()
    >>> studies.loc[studies["study"] == "Wu 2024", "value"].tolist()
    [44.3, 36.7]
    """
    with (files("reports") / "benchmarks.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype={"numerator": "Int64", "denominator": "Int64", "value": "Float64"})
