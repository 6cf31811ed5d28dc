"""stage.medication_request: drugs as ordered, used where nothing better is known."""

from checks.rules import Suite
from checks.templates import columns, dates_readable, filled, one_row_per, patients_known

MEASURES = (
    "infected_proportion",
    "bridging_association",
    "progression_broad_proportion",
)
SUITE = Suite(
    "stage.medication_request",
    (
        columns(
            "medication_request_id",
            "patient_id",
            "encounter_id",
            "status",
            "intent",
            "do_not_perform",
            "medication_text",
            "medication_id",
            "authored_on",
            protects=MEASURES,
        ),
        *filled(
            "medication_request_id",
            protects=MEASURES,
            reason="A row without its id cannot be traced to what was received.",
        ),
        one_row_per("medication_request_id", protects=MEASURES, reason="An order twice counts a drug day twice."),
        *patients_known(protects=MEASURES),
        *dates_readable("authored_on", "dosage_start", "dosage_end", protects=MEASURES),
    ),
)
