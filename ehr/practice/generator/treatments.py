"""Drugs: given where the hospital records what is given, ordered where it records orders only."""

from __future__ import annotations

from .chart import Chart, Resource
from .codes import codes, concept
from .laboratory import Event

ROUTES = {"iv": "route_iv", "po": "route_po", "sc": "route_sc", "it": "route_it"}


def drug(name: str, first: int, last: int | None = None, *, route: str = "iv") -> Event:
    """A drug on every day from the first to the last, in the chart's own way of recording drugs."""

    def write(chart: Chart) -> None:
        if chart.drug_channel == "administration":
            for day in range(first, (last if last is not None else first) + 1):
                chart.add("MedicationAdministration", _given(chart, name, day, route), day=day)
        elif chart.drug_channel == "request":
            ordered(name, first, last, route=route)(chart)

    return write


def running(name: str, first: int, last: int, *, route: str = "po") -> Event:
    """A drug over a period, recorded as one entry: how prophylaxis is usually charted."""

    def write(chart: Chart) -> None:
        if chart.drug_channel == "administration":
            body = _given(chart, name, first, route)
            del body["effectiveDateTime"]
            body["effectivePeriod"] = {"start": chart.at(first, "09:00"), "end": chart.at(last, "09:00")}
            chart.add("MedicationAdministration", body, day=last)
        elif chart.drug_channel == "request":
            ordered(name, first, last, route=route)(chart)

    return write


def ordered(name: str, first: int, last: int | None = None, *, route: str = "iv", status: str = "completed") -> Event:
    """An order; whether the drug was given it does not say."""

    def write(chart: Chart) -> None:
        end = last if last is not None else first
        period = {"start": chart.on(first), "end": chart.on(end)}
        body = {
            "status": status,
            "intent": "order",
            "medicationCodeableConcept": concept(name, text=codes()[name].display),
            "authoredOn": chart.at(first, "08:00"),
            "dosageInstruction": [
                {"timing": {"repeat": {"boundsPeriod": period}}, "route": concept(ROUTES[route])},
            ],
        }
        chart.add("MedicationRequest", body, day=first)

    return write


def not_given(name: str, day: int, *, status: str = "not-done") -> Event:
    """An administration that did not happen, or was recorded in error."""

    def write(chart: Chart) -> None:
        body = {**_given(chart, name, day, "iv"), "status": status}
        chart.add("MedicationAdministration", body, day=day)

    return write


def drug_by_reference(name: str, day: int, *, route: str = "sc") -> Event:
    """A drug whose code stands in a Medication resource of its own."""

    def write(chart: Chart) -> None:
        if chart.drug_channel != "administration":
            return
        medication_id = chart.add("Medication", {"status": "active", "code": concept(name)}, day=day)
        body = _given(chart, name, day, route)
        del body["medicationCodeableConcept"]
        body["medicationReference"] = chart.reference("Medication", medication_id)
        chart.add("MedicationAdministration", body, day=day)

    return write


def drug_in_words(words: str, day: int) -> Event:
    """A drug in words only."""

    def write(chart: Chart) -> None:
        if chart.drug_channel != "administration":
            return
        body = {
            "status": "completed",
            "medicationCodeableConcept": concept(text=words),
            "effectiveDateTime": chart.at(day, "12:00"),
        }
        chart.add("MedicationAdministration", body, day=day)

    return write


def _given(chart: Chart, name: str, day: int, route: str) -> Resource:
    return {
        "status": "completed",
        "medicationCodeableConcept": concept(name),
        "effectiveDateTime": chart.at(day, "09:00"),
        "dosage": {"route": concept(ROUTES[route]), "text": "as charted"},
    }
