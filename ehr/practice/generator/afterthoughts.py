"""What a hospital learns or unlearns late: results that come weeks after, wrong results, a person registered twice."""

from __future__ import annotations

from dataclasses import replace

from .chart import Chart, Resource
from .codes import concept
from .identities import SENTINEL, patient_body, random_id
from .laboratory import CATEGORY, Event

CLOCK = "09:10"


def late_culture(organism: str, day: int, *, reported: int) -> Event:
    """A blood culture without specimen whose result reaches the record only on the day ``reported``."""

    def write(chart: Chart) -> None:
        body = {**_grown(chart, organism, day), "issued": chart.at(reported, "16:00")}
        chart.add("Observation", body, day=reported)

    return write


def retracted_culture(organism: str, day: int, *, reported: int, retracted: int) -> Event:
    """A final blood culture that was later marked as entered in error."""

    def write(chart: Chart) -> None:
        body = _grown(chart, organism, day)
        resource_id = chart.add("Observation", body, day=reported)
        chart.amend("Observation", resource_id, {**body, "status": "entered-in-error"}, day=retracted)

    return write


def deleted_culture(organism: str, day: int, *, reported: int, deleted: int) -> Event:
    """A final blood culture that the laboratory later deleted."""

    def write(chart: Chart) -> None:
        resource_id = chart.add("Observation", _grown(chart, organism, day), day=reported)
        chart.delete("Observation", resource_id, day=deleted)

    return write


def registered_twice(organism: str, day: int, *, merged: int) -> Event:
    """A second Patient for the same person with a blood culture of its own, merged into the first on a day."""

    def write(chart: Chart) -> None:
        number = f"{SENTINEL}-{chart.rng.randrange(10**7):07d}"
        double = replace(chart.person, patient_id=random_id(chart.rng), number=number)
        body = patient_body(double)
        chart.record_patient(double.patient_id, body, version=1, day=day)
        subject = chart.reference("Patient", double.patient_id)
        chart.add("Observation", {**_grown(chart, organism, day), "subject": subject}, day=day + 2)
        link = {"other": chart.reference("Patient", chart.patient_id), "type": "replaced-by"}
        chart.record_patient(double.patient_id, {**body, "active": False, "link": [link]}, version=2, day=merged)
        chart.doubles.append(double.patient_id)

    return write


def _grown(chart: Chart, organism: str, day: int) -> Resource:
    return {
        "status": "final",
        "category": CATEGORY,
        "code": concept("culture_blood"),
        "effectiveDateTime": chart.at(day, CLOCK),
        "valueCodeableConcept": concept(organism),
    }
