"""What the laboratory sends: cultures in the shapes of real feeds, viral loads, PCR, and routine values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .chart import Chart, Resource
from .codes import codes, concept
from .identities import SENTINEL, narrative

Event = Callable[[Chart], None]

# Site of a culture: its test and its specimen.
SITES = {
    "blood": ("culture_blood", "specimen_blood"),
    "blood_fungus": ("culture_blood_fungus", "specimen_blood"),
    "urine": ("culture_urine", "specimen_urine"),
    "sputum": ("culture_sputum", "specimen_sputum"),
    "stool": ("culture_stool", "specimen_stool"),
    "wound": ("culture_wound", "specimen_wound"),
    "csf": ("culture_csf", "specimen_csf"),
    "tip": ("culture_tip", "specimen_tip"),
    "throat": ("culture_throat", "specimen_throat"),
    "rectal": ("culture_rectal_vre", "specimen_rectal"),
    "any_blood": ("culture_any", "specimen_blood"),
}
CATEGORY = [
    {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}
]


def culture(
    organism: str, day: int, *, site: str = "blood", clock: str = "09:10", shape: str = "value", status: str = "final"
) -> Event:
    """A culture that grew one organism; ``shape`` is one of the layouts that laboratories use."""

    def write(chart: Chart) -> None:
        drawn = _drawn(chart, site, day, clock, status) if shape != "no_specimen" else {}
        SHAPES[shape](chart, organism, drawn or _bare(chart, SITES[site][0], (day, clock), status))

    return write


def no_growth(day: int, *, site: str = "blood", clock: str = "09:40", text: str | None = None) -> Event:
    """A culture without growth, coded, or as words where ``text`` is given."""

    def write(chart: Chart) -> None:
        drawn = _drawn(chart, site, day, clock, "final")
        drawn.update({"valueString": text} if text else {"valueCodeableConcept": concept("no_growth")})
        chart.add("Observation", drawn, day=day + 5)

    return write


def two_organisms(first: str, second: str, day: int) -> Event:
    """Two organisms from one blood specimen, each with an Observation of its own."""

    def write(chart: Chart) -> None:
        drawn = _drawn(chart, "blood", day, "07:50", "final")
        for organism in (first, second):
            chart.add("Observation", {**drawn, "valueCodeableConcept": concept(organism)}, day=day + 2)

    return write


def amended(preliminary: str, final: str, day: int) -> Event:
    """A blood culture in two versions: a preliminary reading, then another final one."""

    def write(chart: Chart) -> None:
        drawn = _drawn(chart, "blood", day, "06:20", "preliminary")
        resource_id = chart.add("Observation", {**drawn, "valueCodeableConcept": concept(preliminary)}, day=day + 1)
        status = "amended" if final == "no_growth" else "final"
        later = {**drawn, "status": status, "valueCodeableConcept": concept(final)}
        chart.amend("Observation", resource_id, later, day=day + 4)

    return write


def withdrawn_culture(organism: str, day: int) -> Event:
    """A blood culture that was recorded for the wrong patient and then deleted."""

    def write(chart: Chart) -> None:
        drawn = _drawn(chart, "blood", day, "13:20", "final")
        resource_id = chart.add("Observation", {**drawn, "valueCodeableConcept": concept(organism)}, day=day + 2)
        chart.delete("Observation", resource_id, day=day + 3)

    return write


def finding(test: str, value: str, day: int, *, specimen: str) -> Event:
    """A PCR or toxin test with a coded answer."""

    def write(chart: Chart) -> None:
        body = _ordered(chart, test, specimen, (day, "10:30"), "final")
        chart.add("Observation", {**body, "valueCodeableConcept": concept(value)}, day=day)

    return write


def viral_load(amount: int, day: int, *, unit: str = "iu") -> Event:
    """Cytomegalovirus in plasma, in IU/mL or in copies/mL."""
    test, code = {"iu": ("cmv_iu", "[IU]/mL"), "copies": ("cmv_copies", "{copies}/mL")}[unit]

    def write(chart: Chart) -> None:
        body = _ordered(chart, test, "specimen_plasma", (day, "08:40"), "final")
        quantity = {"value": amount, "unit": code, "system": "http://unitsofmeasure.org", "code": code}
        chart.add("Observation", {**body, "valueQuantity": quantity}, day=day)

    return write


def report_without_result(day: int, *, words: str) -> Event:
    """A report of which only the conclusion was sent."""

    def write(chart: Chart) -> None:
        body = {
            "text": narrative("microbiology report"),
            "status": "final",
            "code": concept("micro_report"),
            "effectiveDateTime": chart.at(day, "09:00"),
            "issued": chart.at(day, "16:00"),
            "conclusion": f"{words} {SENTINEL}",
        }
        chart.add("DiagnosticReport", body, day=day + 2)

    return write


def _specimen(chart: Chart, specimen: str, drawn_at: tuple[int, str]) -> str:
    day, clock = drawn_at
    body = {
        "status": "available",
        "type": concept(specimen),
        "receivedTime": chart.at(day, "23:59"),
        "collection": {"collectedDateTime": chart.at(day, clock)},
    }
    return chart.add("Specimen", body, day=day + 1)


def _ordered(chart: Chart, test: str, specimen: str, drawn_at: tuple[int, str], status: str) -> Resource:
    specimen_id = _specimen(chart, specimen, drawn_at)
    return {**_bare(chart, test, drawn_at, status), "specimen": chart.reference("Specimen", specimen_id)}


def _bare(chart: Chart, test: str, drawn_at: tuple[int, str], status: str) -> Resource:
    return {
        "status": status,
        "category": CATEGORY,
        "code": concept(test),
        "effectiveDateTime": chart.at(*drawn_at),
    }


def _drawn(chart: Chart, site: str, day: int, clock: str, status: str) -> Resource:
    test, specimen = SITES[site]
    return _ordered(chart, test, specimen, (day, clock), status)


def _shape_value(chart: Chart, organism: str, drawn: Resource) -> None:
    _add(chart, {**drawn, "valueCodeableConcept": concept(organism)})


def _shape_local(chart: Chart, organism: str, drawn: Resource) -> None:
    both = concept("local_organism", organism, text=codes()[organism].display)
    _add(chart, {**drawn, "valueCodeableConcept": both})


def _shape_text(chart: Chart, organism: str, drawn: Resource) -> None:
    chinese = {"saureus": "金黄色葡萄球菌", "ecoli": "大肠埃希菌"}
    _add(chart, {**drawn, "valueString": chinese.get(organism, codes()[organism].display)})


def _shape_unmapped(chart: Chart, _: str, drawn: Resource) -> None:
    _add(chart, {**drawn, "valueCodeableConcept": concept("local_organism")})


def _shape_clauses(chart: Chart, organism: str, drawn: Resource) -> None:
    _add(chart, {**drawn, "valueString": f"No Candida isolated; {codes()[organism].display} grown"})


def _shape_member(chart: Chart, organism: str, drawn: Resource) -> None:
    child = _add(chart, {**drawn, "code": concept("organism_any"), "valueCodeableConcept": concept(organism)})
    members = [chart.reference("Observation", child)]
    _add(chart, {**drawn, "valueCodeableConcept": concept("positive"), "hasMember": members})


def _shape_named_by_code(chart: Chart, organism: str, drawn: Resource) -> None:
    parent = _add(chart, drawn)
    # The organism row of such a feed has no specimen of its own: the culture above it has.
    child = {
        "status": drawn["status"],
        "code": concept(organism),
        "effectiveDateTime": drawn["effectiveDateTime"],
        "derivedFrom": [chart.reference("Observation", parent)],
        "valueString": "No susceptibility data present",
    }
    _add(chart, child)


def _shape_reported(chart: Chart, organism: str, drawn: Resource) -> None:
    result = _add(chart, {**drawn, "valueCodeableConcept": concept(organism), "interpretation": [_interpretation("A")]})
    body = {
        "text": narrative("microbiology report"),
        "status": "final",
        "code": concept("micro_report"),
        "effectiveDateTime": drawn["effectiveDateTime"],
        "specimen": [drawn["specimen"]],
        "result": [chart.reference("Observation", result)],
    }
    chart.add("DiagnosticReport", body, day=_day_of(chart, drawn) + 2)


SHAPES: dict[str, Callable[[Chart, str, Resource], None]] = {
    "value": _shape_value,
    "local": _shape_local,
    "text": _shape_text,
    "no_specimen": _shape_value,
    "unmapped": _shape_unmapped,
    "clauses": _shape_clauses,
    "member": _shape_member,
    "named_by_code": _shape_named_by_code,
    "reported": _shape_reported,
}


def _interpretation(code: str) -> dict[str, Any]:
    system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
    return {"coding": [{"system": system, "code": code}]}


def _add(chart: Chart, body: Resource) -> str:
    reported = _day_of(chart, body) + 2
    return chart.add("Observation", {**body, "issued": chart.at(reported, "16:00")}, day=reported)


def _day_of(chart: Chart, body: Resource) -> int:
    return chart.day_of(str(body["effectiveDateTime"]))
