"""Who the patients are, by stratum, and the published studies beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from reports.figure_lookup import STRATUM_ORDER, Row, ordered
from reports.figures_text import DASH, SMALLEST_DENOMINATOR_FOR_PERCENT, count, is_missing, percent, significant
from reports.printed import Body, Cell, Heading, Printed, Table, columns, machine, spoken, text, words
from reports.words import CHARACTERISTICS, SECTIONS, STRATA

__all__ = ["benchmark_table", "table_one"]

UNITS = {"a": "years", "10*3/uL": "10³/µL", "umol/L": "µmol/L"}


def table_one(frame: pd.DataFrame) -> Table:
    """Who the patients are: n (%) or median (quartiles), one column a stratum, missing shown in each."""
    strata = [] if frame.empty else list(ordered(list(frame["stratum"]), STRATUM_ORDER))
    bodies = []
    for section in [] if frame.empty else dict.fromkeys(frame["section"]):
        of_one = frame[frame["section"] == section]
        rows: dict[tuple[str, str], dict[str, Row]] = {}
        for row in of_one.sort_values("place", kind="stable").to_dict("records"):
            rows.setdefault((row["characteristic"], text(row["level"])), {})[row["stratum"]] = row
        cells = [
            (words(characteristic(key, by_stratum)), *(baseline_cell(by_stratum.get(s)) for s in strata))
            for key, by_stratum in sorted(rows.items(), key=lambda item: min(r["place"] for r in item[1].values()))
        ]
        bodies.append(Body(tuple(cells), SECTIONS.get(str(section), spoken(section))))
    return Table(
        "table-one-values",
        "n (%) of the known, or median (quartiles). Missing is never counted as no.",
        (Heading("Characteristic"), *(Heading(STRATA.get(s, s).capitalize(), True, css=f"s-{s}") for s in strata)),
        tuple(bodies),
        nothing="No table of patients was computed.",
        css="baseline",
    )


def characteristic(key: tuple[str, str], by_stratum: Mapping[str, Row]) -> str:
    """Name, level and unit of a row."""
    name, level = key
    unit = next((text(row["unit"]) for row in by_stratum.values() if text(row["unit"])), "")
    title = CHARACTERISTICS.get(name, spoken(name))
    return f"{title}: {spoken(level)}" if level else f"{title}{', ' + UNITS.get(unit, unit) if unit else ''}"


def baseline_cell(row: Row | None) -> Cell:
    """One characteristic in one stratum."""
    return words(DASH) if row is None else Cell(tuple(baseline_pieces(row)))


def baseline_pieces(row: Row) -> Iterator[str | Printed]:
    """n/N (percent, not of fewer than ten) of a level, median (quartiles) of a number, then how many are missing."""
    place = {"source": "table_one", "stratum": str(row["stratum"]), "place": machine(row["place"]) or ""}

    def piece(part: str, shown: str) -> Printed:
        return Printed(shown, machine(row[part]), place | {"part": part})

    has_value = bool(text(row["level"])) or not is_missing(row["median"])
    absent = 0 if is_missing(row["missing"]) else int(row["missing"])
    if text(row["level"]):
        yield from (piece("n", count(row["n"])), "/", piece("denominator", count(row["denominator"])))
        if not is_missing(row["percent"]) and int(row["denominator"]) >= SMALLEST_DENOMINATOR_FOR_PERCENT:
            yield from (" (", piece("percent", percent(float(row["percent"]) / 100)), ")")
    elif has_value:
        yield from (piece("median", significant(row["median"])), " (", piece("q1", significant(row["q1"])), "–")
        yield from (piece("q3", significant(row["q3"])), ")")
    if absent:
        yield from ("; " if has_value else "", piece("missing", count(absent)), " missing")
    elif not has_value:
        yield DASH


def benchmark_table(studies: pd.DataFrame) -> Table:
    """Published studies: facts with their window and definition, not targets."""
    rows = [
        (
            *(words(text(row[name])) for name in ("study", "cohort", "window", "measure")),
            words(study_fraction(row)),
            words(f"{text(row['value'])} {text(row['unit'])}".strip()),
            *(words(text(row[name])) for name in ("definition", "source")),
        )
        for row in studies.to_dict("records")
    ]
    return Table(
        "benchmark-values",
        "As printed in each study; windows and definitions differ, so these are facts beside ours and no targets.",
        columns("Study", "Patients", "Window", "Measure", "#n/N", "#Value", "Definition", "Source"),
        (Body(tuple(rows)),),
        nothing="No published study is on file.",
    )


def study_fraction(row: Mapping[str, Any]) -> str:
    """What a study prints of its counts."""
    top, bottom = count(row["numerator"]), count(row["denominator"])
    return DASH if (top, bottom) == (DASH, DASH) else top if bottom == DASH else f"{top}/{bottom}"
