"""stage.medication_administration: drugs as given: products, bridging, treatment of infections."""

from checks.rules import Suite
from checks.templates import columns, dates_readable, filled, one_row_per, patients_known

MEASURES = (
    "patients_infused",
    "infected_proportion",
    "bridging_association",
    "progression_broad_proportion",
)
SUITE = Suite(
    "stage.medication_administration",
    (
        columns(
            "medication_administration_id",
            "patient_id",
            "context_id",
            "status",
            "medication_text",
            "medication_id",
            "effective_datetime",
            "effective_start",
            "effective_end",
            protects=MEASURES,
        ),
        *filled(
            "medication_administration_id",
            protects=MEASURES,
            reason="A row without its id cannot be traced to what was received.",
        ),
        one_row_per(
            "medication_administration_id",
            protects=MEASURES,
            reason="A dose twice can turn a colonisation into a treated infection.",
        ),
        *patients_known(protects=MEASURES),
        *dates_readable("effective_datetime", "effective_start", "effective_end", protects=MEASURES),
    ),
)
