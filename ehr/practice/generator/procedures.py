"""Infusions, cell collection, transplants and other procedures, in the ways that records name them."""

from __future__ import annotations

from .chart import Chart, Resource
from .codes import concept
from .identities import narrative
from .laboratory import Event

# Ways to record an infusion of CAR-T cells as a Procedure: codes and words.
INFUSIONS: dict[str, tuple[tuple[str, ...], str | None]] = {
    "pcs": (("cart_pcs_central",), None),
    "pcs_peripheral": (("cart_pcs_peripheral",), None),
    "snomed": (("cart_sct",), "CAR T-cell therapy"),
    "snomed_and_local": (("cart_local", "cart_sct"), "CD19 CAR-T cell infusion"),
    "local": (("cart_local",), "CD19 CAR-T cell infusion"),
    "chinese": (("cart_cn",), "CAR-T细胞回输"),
    "words": ((), "CD19 CAR-T细胞回输"),
    "words_cd22": ((), "CD22 CAR-T cell infusion"),
}
PRODUCTS = {"drug": "tisagenlecleucel", "drug_b": "brexucabtagene", "drug_c": "axicabtagene"}


def infusion(day: int, how: str, *, clock: str = "07:20", status: str = "completed") -> Event:
    """An infusion of CAR-T cells: a Procedure, or where ``how`` names a product an administration."""

    def write(chart: Chart) -> None:
        if how in PRODUCTS:
            body: Resource = {
                "status": status,
                "medicationCodeableConcept": concept(PRODUCTS[how]),
                "effectiveDateTime": chart.at(day, clock),
            }
            chart.add("MedicationAdministration", body, day=day)
            return
        keys, text = INFUSIONS[how]
        chart.add("Procedure", _procedure(chart, concept(*keys, text=text), (day, clock), status), day=day)

    return write


def procedure(key: str, day: int, *, text: str | None = None, status: str = "completed") -> Event:
    """Any other coded procedure."""

    def write(chart: Chart) -> None:
        chart.add("Procedure", _procedure(chart, concept(key, text=text), (day, "14:00"), status), day=day)

    return write


def procedure_in_words(text: str, day: int, *, status: str = "completed") -> Event:
    """A procedure without code."""

    def write(chart: Chart) -> None:
        chart.add("Procedure", _procedure(chart, concept(text=text), (day, "14:00"), status), day=day)

    return write


def undated_infusion(key: str, *, recorded: int, performed: Resource) -> Event:
    """An infusion whose day nobody can tell: no time at all, a month, or words."""

    def write(chart: Chart) -> None:
        body = {"status": "completed", "code": concept(key), **performed}
        chart.add("Procedure", body, day=recorded)

    return write


def old_procedure(key: str, performed: str) -> Event:
    """A procedure of long ago with a partial date."""

    def write(chart: Chart) -> None:
        body = {"status": "completed", "code": concept(key), "performedDateTime": performed}
        chart.add("Procedure", body, day=-20)

    return write


def _procedure(chart: Chart, code: Resource, at: tuple[int, str], status: str) -> Resource:
    day, clock = at
    body: Resource = {"status": status, "code": code}
    # Half of the wards write when a procedure began and ended, the others one time.
    if day % 2:
        body["performedPeriod"] = {"start": chart.at(day, clock), "end": chart.at(day, "23:30")}
    else:
        body["performedDateTime"] = chart.at(day, clock)
    if status == "not-done":
        body["text"] = narrative("refused")
    return body
