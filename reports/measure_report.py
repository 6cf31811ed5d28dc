"""The week's figures as one FHIR R4 MeasureReport for systems that read FHIR: internal edition, counts only.

One group per measure. A measure has a figure for each stratum, window and infection class, so that its strata are told
apart by components; the group itself carries the figure of everybody where there is just one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from reports.bundle import Header, WeeklyBundle
from reports.figures_text import is_missing
from reports.files import write_text
from reports.words import MEASURES

__all__ = ["measure_report", "write_measure_report"]

OWN = "urn:nadir"
POPULATION = "http://terminology.hl7.org/CodeSystem/measure-population"
NOTATION = "http://terminology.hl7.org/CodeSystem/measure-improvement-notation"
COMPONENTS = ("stratum", "window_name", "infection_class")
ALL = "all"
Json = dict[str, Any]


def write_measure_report(path: Path, bundle: WeeklyBundle) -> None:
    """Write `measure_report` as indented UTF-8 JSON, mode 0600."""
    write_text(path, json.dumps(measure_report(bundle), indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def measure_report(bundle: WeeklyBundle) -> Json:
    """The MeasureReport of a week as JSON. Its id comes from the run: the same run is the same resource.

    `status` is `pending` while data are missing. The period has an end and no start: a figure counts every course
    through the data date. A lower value is the better one for infections, deaths and progression.
    """
    header, estimates = bundle.header, bundle.estimates
    order = list(dict.fromkeys(estimates["measure"]))
    made: Json = {
        "resourceType": "MeasureReport",
        "id": f"nadir-{header.run_id}",
        "text": narrative(header, len(order)),
        "identifier": [{"system": f"{OWN}:run", "value": header.run_id}],
        "status": "complete" if header.outcome == "complete" else "pending",
        "type": "summary",
        "measure": f"{OWN}:protocol:{header.protocol}|{header.protocol_hash[:12]}",
        "date": header.as_of,
        "period": {"end": header.data_date},
        "improvementNotation": {"coding": [{"system": NOTATION, "code": "decrease"}]},
        "group": [group(measure, estimates[estimates["measure"] == measure]) for measure in order],
    }
    # FHIR knows no empty array.
    return {name: value for name, value in made.items() if value != []}


def narrative(header: Header, measures: int) -> Json:
    """What a person reads who opens the resource."""
    told = f"{measures} measures of {header.protocol}, {header.week}, through {header.data_date}, {header.outcome}."
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{told}</div>'}


def group(measure: str, rows: pd.DataFrame) -> Json:
    """One measure: the figure of everybody where there is one, and each figure as a stratum."""
    figures = rows.to_dict("records")
    everybody = [row for row in figures if row["stratum"] == ALL and is_of_all(row["infection_class"])]
    code = {"coding": [{"system": f"{OWN}:measure", "code": measure}], "text": MEASURES.get(measure, measure)}
    made: Json = {"code": code}
    if len(everybody) == 1:
        made |= scored(everybody[0])
    return made | {"stratifier": [{"code": [{"text": "stratum, window, infection class"}], "stratum": strata(figures)}]}


def is_of_all(infection_class: object) -> bool:
    """True for a figure of all infection classes together, and for one that has none."""
    return is_missing(infection_class) or infection_class == ALL


def strata(figures: Sequence[dict[Any, Any]]) -> list[Json]:
    """Each figure with the components that tell it from the others; a figure without a window has no such component."""
    return [{"component": components(row), **scored(row)} for row in figures]


def components(row: dict[Any, Any]) -> list[Json]:
    """What the figure is of."""
    return [
        {"code": concept("component", name), "value": concept(name, str(row[name]))}
        for name in COMPONENTS
        if not is_missing(row[name])
    ]


def concept(system: str, code: str) -> Json:
    """A code of our own."""
    return {"coding": [{"system": f"{OWN}:{system.replace('_', '-')}", "code": code}]}


def scored(row: dict[Any, Any]) -> Json:
    """Counts and value of a figure. An undefined value is left out, never 0."""
    counts = [("numerator", row["numerator"]), ("denominator", row["denominator"])]
    made: Json = {
        "population": [
            {"code": {"coding": [{"system": POPULATION, "code": code}]}, "count": int(count)}
            for code, count in counts
            if not is_missing(count)
        ]
    }
    if not made["population"]:
        del made["population"]
    if not is_missing(row["value"]):
        made["measureScore"] = {"extension": uncertainty(row), "value": float(row["value"]), "unit": unit(row)}
    return made


def uncertainty(row: dict[Any, Any]) -> list[Json]:
    """Limits with their level and method, and the state of the figure, as one extension."""
    parts: list[Json] = [
        {"url": name, "valueDecimal": float(row[name])}
        for name in ("lower", "upper", "level")
        if not is_missing(row[name])
    ]
    parts += [{"url": name, "valueString": row[name]} for name in ("method", "status") if not is_missing(row[name])]
    return [{"url": f"{OWN}:figure", "extension": parts}]


def unit(row: dict[Any, Any]) -> str:
    """What the value is counted in, for a reader; proportions and curves are shares of 1."""
    measure = str(row["measure"])
    if "ratio" in measure:
        return "ratio"
    if "density" in measure:
        return "per 100 patient-days"
    if "day_median" in measure or "median_day" in measure:
        return "day after infusion"
    if "proportion" in measure or "incidence" in measure:
        return "share of patients"
    return "count"
