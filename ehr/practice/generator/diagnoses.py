"""What the wards write down: diagnoses, toxicity grades, and how a patient died."""

from __future__ import annotations

from typing import Any

from .chart import Chart, Resource
from .codes import concept
from .identities import narrative
from .laboratory import Event

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CRS_CODES = {1: "crs_1_cm", 2: "crs_2_cm", 3: "crs_3_cm", 4: "crs_4_cm"}


def diagnosis(
    key: str, day: int, *, abated: int | None = None, verification: str = "confirmed", text: str | None = None
) -> Event:
    """A coded diagnosis with a full onset date, recorded on the same day; ``a+b`` are two codings of one diagnosis."""

    def write(chart: Chart) -> None:
        body: Resource = {
            **_status("active", verification),
            "code": concept(*key.split("+"), text=text),
            "onsetDateTime": chart.at(day, "10:00") if day % 2 else chart.on(day),
            "recordedDate": chart.on(day),
        }
        resource_id = chart.add("Condition", body, day=day)
        if abated is not None:
            closed = {**body, **_status("resolved", verification), "abatementDateTime": chart.on(abated)}
            chart.amend("Condition", resource_id, closed, day=abated)

    return write


def ward_diagnosis(key: str, recorded: int) -> Event:
    """A diagnosis of the first stay without any onset: only the day on which it was written down."""

    def write(chart: Chart) -> None:
        stays = (record for record in chart.records if record.get("class", {}).get("code") == "IMP")
        body = {
            **_status("active", "confirmed"),
            "code": concept(key),
            "encounter": chart.reference("Encounter", next(stays)["id"]),
            "recordedDate": chart.at(recorded, "17:30"),
        }
        chart.add("Condition", body, day=recorded)

    return write


def old_diagnosis(key: str, onset: str, recorded: int) -> Event:
    """A problem-list entry with a partial onset such as ``2015`` or ``2015-06``, never closed."""

    def write(chart: Chart) -> None:
        body = {
            **_status("active", "confirmed"),
            "code": concept(key),
            "onsetDateTime": onset,
            "recordedDate": chart.on(recorded),
        }
        chart.add("Condition", body, day=recorded)

    return write


def words_only(text: str, day: int) -> Event:
    """A diagnosis in words, without any code."""

    def write(chart: Chart) -> None:
        body = {
            **_status("active", "confirmed"),
            "code": concept(text=text),
            "onsetDateTime": chart.on(day),
            "recordedDate": chart.on(day),
            "text": narrative("problem list"),
        }
        chart.add("Condition", body, day=day)

    return write


def release_syndrome(day: int, grade: int, *, coded: bool = False) -> Event:
    """A grade of cytokine release syndrome, as an assessment, or as a graded diagnosis code."""

    def write(chart: Chart) -> None:
        if coded:
            diagnosis(CRS_CODES[grade], day)(chart)
            return
        body = {
            "status": "final",
            "code": concept("crs_grade"),
            "effectiveDateTime": chart.at(day, "11:00"),
            "valueInteger": grade,
        }
        chart.add("Observation", body, day=day)

    return write


def certified(day: int, *, underlying: str | None = None, contributing: str | None = None, words: str = "") -> Event:
    """The death certificate: coded causes, or the cause in words only."""

    def write(chart: Chart) -> None:
        causes: list[tuple[str, dict[str, Any]]] = []
        if underlying:
            causes.append(("underlying_cause", {"valueCodeableConcept": concept(underlying)}))
        if contributing:
            causes.append(("cause_of_death", {"valueCodeableConcept": concept(contributing)}))
        if words:
            causes.append(("cause_of_death", {"valueString": words}))
        for test, value in causes:
            body = {"status": "final", "code": concept(test), "effectiveDateTime": chart.on(day), **value}
            chart.add("Observation", body, day=day + 1)

    return write


def _status(clinical: str, verification: str) -> Resource:
    verified = {"verificationStatus": {"coding": [{"system": VERIFICATION, "code": verification}]}}
    if verification == "entered-in-error":
        return verified
    return {"clinicalStatus": {"coding": [{"system": CLINICAL, "code": clinical}]}, **verified}
