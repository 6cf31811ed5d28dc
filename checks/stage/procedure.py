"""stage.procedure: infusions, transplants, collections and the rest."""

from checks.rules import Suite
from checks.templates import columns, dates_readable, filled, one_row_per, patients_known

MEASURES = (
    "patients_infused",
    "preexisting_infection_proportion",
    "infected_proportion",
    "infection_events",
    "infection_density",
    "cumulative_incidence",
)
SUITE = Suite(
    "stage.procedure",
    (
        columns(
            "procedure_id",
            "patient_id",
            "encounter_id",
            "status",
            "code_text",
            "performed_datetime",
            "performed_start",
            "performed_end",
            protects=MEASURES,
        ),
        *filled(
            "procedure_id", protects=MEASURES, reason="A row without its id cannot be traced to what was received."
        ),
        one_row_per(
            "procedure_id", protects=MEASURES, reason="An infusion twice can move day 0 or make a second course."
        ),
        *patients_known(protects=MEASURES),
        *dates_readable("performed_datetime", "performed_start", "performed_end", protects=MEASURES),
    ),
)
