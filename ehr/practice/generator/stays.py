"""Visits and stays, and the routine values that are measured during them."""

from __future__ import annotations

from decimal import Decimal

from .chart import Chart, Resource
from .codes import concept
from .laboratory import CATEGORY, Event

ENCOUNTER_CLASS = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
DISPOSITION = "http://terminology.hl7.org/CodeSystem/discharge-disposition"

# Ways in which a unit is written for one quantity: (spelling, factor from the first unit as a decimal).
COUNT_UNITS = (("10*9/L", "1"), ("10*3/uL", "1"), ("/uL", "1000"), ("/mm3", "1000"), ("10^9/L", "1"), ("G/L", "1"))
WARDS = ("Haematology A", "Haematology B")
PROTEIN_UNITS = (("mg/L", "1"), ("mg/dL", "0.1"), ("mg/L", "1"))


def visit(day: int, *, status: str = "finished") -> Event:
    """An ambulatory visit of two hours."""

    def write(chart: Chart) -> None:
        period = {"start": chart.at(day, "09:00"), "end": chart.at(day, "11:00")}
        recorded = day if status == "finished" else day - 40
        chart.add("Encounter", {"status": status, "class": _class("AMB"), "period": period}, day=recorded)

    return write


def stay(
    first: int, last: int | None, *, ward: str | None = None, left: str | None = "home", clock: str = "15:00"
) -> Event:
    """An inpatient stay, known since admission; without a last day it still goes on. ``left`` None: a ward inside.

    Without a ward named it is one of the two that take turns by the chart's day 0.
    """

    def write(chart: Chart) -> None:
        period = {"start": chart.at(first, "10:00")}
        where = ward or WARDS[chart.day0_on.toordinal() % len(WARDS)]
        resource_id = chart.add("Encounter", _stay("in-progress", period, where), day=first)
        if last is None:
            return
        body = _stay("finished", {**period, "end": chart.at(last, clock)}, where)
        if left is not None:
            body["hospitalization"] = {"dischargeDisposition": {"coding": [{"system": DISPOSITION, "code": left}]}}
        chart.amend("Encounter", resource_id, body, day=last)

    return write


def routine(day: int, *, neutrophils: str, protein: str, temperature: str) -> Event:
    """Neutrophils in 10*9/L, C-reactive protein in mg/L, temperature in Cel, each sent in some spelling of its unit."""

    def write(chart: Chart) -> None:
        count_unit, count_factor = chart.rng.choice(COUNT_UNITS)
        protein_unit, protein_factor = chart.rng.choice(PROTEIN_UNITS)
        _measure(chart, "anc", day, (Decimal(neutrophils) * Decimal(count_factor), count_unit))
        _measure(chart, "crp", day, (Decimal(protein) * Decimal(protein_factor), protein_unit))
        degrees = Decimal(temperature)
        if chart.rng.random() < 0.3:
            _measure(chart, "temperature", day, (degrees * 9 / 5 + 32, "[degF]"))
        else:
            _measure(chart, "temperature", day, (degrees, "Cel"))

    return write


def local_value(day: int) -> Event:
    """A laboratory value under a code that only this hospital knows."""

    def write(chart: Chart) -> None:
        _measure(chart, "local_lab", day, (Decimal("4.20"), "U"))

    return write


def _measure(chart: Chart, test: str, day: int, quantity: tuple[Decimal, str]) -> None:
    amount, unit = quantity
    body = {
        "status": "final",
        "category": CATEGORY,
        "code": concept(test),
        "effectiveDateTime": chart.at(day, f"10:{chart.rng.randrange(10, 50)}"),
        "valueQuantity": {"value": float(round(amount, 3)), "unit": unit},
    }
    chart.add("Observation", body, day=day)


def _stay(status: str, period: dict[str, str], ward: str) -> Resource:
    place = {"location": {"display": ward}, "period": dict(period)}
    return {"status": status, "class": _class("IMP"), "period": period, "location": [place]}


def _class(code: str) -> dict[str, str]:
    return {"system": ENCOUNTER_CLASS, "code": code}
