"""stage.encounter: stays and visits: observed days, contacts, wards."""

from checks.rules import Suite
from checks.templates import columns, dates_readable, filled, one_row_per, patients_known

MEASURES = (
    "preexisting_infection_proportion",
    "infected_proportion",
    "infection_events",
    "infection_density",
    "cumulative_incidence",
)
SUITE = Suite(
    "stage.encounter",
    (
        columns(
            "encounter_id",
            "patient_id",
            "status",
            "class_system",
            "class_code",
            "period_start",
            "period_end",
            protects=MEASURES,
        ),
        *filled(
            "encounter_id", protects=MEASURES, reason="A row without its id cannot be traced to what was received."
        ),
        one_row_per(
            "encounter_id", protects=MEASURES, reason="A stay twice can make an unobserved look-back look observed."
        ),
        *patients_known(protects=MEASURES),
        *dates_readable("period_start", "period_end", protects=MEASURES),
    ),
)
