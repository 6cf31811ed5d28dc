"""The rest of the hospital: patients whom the cell-therapy unit never saw."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from .chart import Chart, Resource
from .codes import concept
from .diagnoses import diagnosis
from .identities import invent_person, random_id
from .laboratory import Event, culture, no_growth
from .procedures import procedure
from .stays import local_value, routine, stay, visit
from .treatments import drug, ordered

FIRST_DAY_ON = date(2016, 6, 1)
SPAN_DAYS = 1180

ILLNESSES: tuple[tuple[Event, ...], ...] = (
    (diagnosis("hypertension", -4), visit(20), ordered("local_drug", -2, 20, route="po")),
    (diagnosis("diabetes", -3), stay(-2, 4), local_value(0)),
    (diagnosis("gallstones", -1), stay(-1, 5), procedure("local_surgery", 0)),
    (diagnosis("stroke", 0), stay(0, 12), procedure("local_endoscopy", 6)),
    (diagnosis("fracture", 0), stay(0, 9), procedure("local_surgery", 1)),
    (diagnosis("asthma_cm", -8), visit(0), visit(30)),
    (diagnosis("pneumonia_cn", 0), stay(0, 8), culture("smaltophilia", 1, site="sputum"), drug("meropenem", 1, 3)),
    (diagnosis("uti_who", 0), visit(0), culture("ecoli", 0, site="urine")),
    (diagnosis("sepsis_cm", 0), stay(0, 14), culture("ecoli", 0), drug("cefoperazone_sulbactam", 0, 3)),
    (diagnosis("breast_cancer", -20), visit(0), drug("cyclophosphamide", 0), drug("filgrastim", 3, route="sc")),
    (diagnosis("local_diagnosis", -2), visit(0), no_growth(0)),
)


def ordinary_charts(seed: int, patients: int) -> list[Chart]:
    """So many patients of the other wards."""
    made: list[Chart] = []
    for number in range(patients):
        rng = Random(f"{seed}/ordinary/{number}")
        person = invent_person(rng, oldest=1928, youngest=2012)
        chart = Chart(person, FIRST_DAY_ON + timedelta(days=rng.randrange(SPAN_DAYS)), rng)
        # Some files say only that somebody died, some that somebody had not when they were sent.
        chart.write_patient(
            day=-30, died={7: {"deceasedBoolean": True}, 9: {"deceasedBoolean": False}}.get(number % 40)
        )
        for event in ILLNESSES[number % len(ILLNESSES)]:
            event(chart)
        routine(0, neutrophils="4.20", protein="12", temperature="37.1")(chart)
        made.append(chart)
    _spoil(made)
    return made


def _spoil(charts: list[Chart]) -> None:
    """Two resources that cannot be used at all: one without an id, one whose meaning an unknown extension changes."""
    nameless, modified = charts[0], charts[1]
    body: Resource = {
        "resourceType": "Observation",
        "meta": {"versionId": "1", "lastUpdated": f"{nameless.on(1)}T04:00:00.000Z"},
        "subject": nameless.reference("Patient", nameless.patient_id),
        "status": "final",
        "code": concept("anc"),
        "effectiveDateTime": nameless.at(1),
    }
    nameless.records.append(body)
    extension = {"url": "urn:hospital:not-of-this-person", "valueBoolean": True}
    modified.records.append(
        {
            "resourceType": "Condition",
            "id": random_id(modified.rng),
            "meta": {"versionId": "1", "lastUpdated": f"{modified.on(1)}T05:00:00.000Z"},
            "modifierExtension": [extension],
            "subject": modified.reference("Patient", modified.patient_id),
            "code": concept("pneumonia_who"),
            "onsetDateTime": modified.on(1),
        }
    )
