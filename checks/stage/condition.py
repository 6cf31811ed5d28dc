"""stage.condition: diagnoses, infections among them."""

from checks.rules import Suite
from checks.templates import columns, dates_readable, filled, one_row_per, patients_known

MEASURES = (
    "preexisting_infection_proportion",
    "infected_proportion",
    "infection_events",
    "infection_density",
    "cumulative_incidence",
    "infection_death_proportion",
)
SUITE = Suite(
    "stage.condition",
    (
        columns(
            "condition_id",
            "patient_id",
            "encounter_id",
            "clinical_status",
            "verification_status",
            "code_text",
            "onset_datetime",
            "recorded_date",
            protects=MEASURES,
        ),
        *filled(
            "condition_id", protects=MEASURES, reason="A row without its id cannot be traced to what was received."
        ),
        one_row_per("condition_id", protects=MEASURES, reason="A diagnosis twice can make two episodes of one."),
        *patients_known(protects=MEASURES),
        *dates_readable("onset_datetime", "onset_start", "recorded_date", "abatement_datetime", protects=MEASURES),
    ),
)
