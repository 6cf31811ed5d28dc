"""stage.specimen: what was taken from whom, where and when."""

from checks.rules import Suite
from checks.templates import columns, dates_readable, filled, one_row_per, patients_known

MEASURES = (
    "preexisting_infection_proportion",
    "infected_proportion",
    "infection_events",
    "infection_density",
    "cumulative_incidence",
    "progression_proportion",
)
SUITE = Suite(
    "stage.specimen",
    (
        columns(
            "specimen_id",
            "patient_id",
            "status",
            "type_text",
            "collected_datetime",
            "collected_start",
            "received_time",
            "parent_id",
            protects=MEASURES,
        ),
        *filled("specimen_id", protects=MEASURES, reason="A row without its id cannot be traced to what was received."),
        one_row_per(
            "specimen_id", protects=MEASURES, reason="A specimen twice can make two sets of a contaminant out of one."
        ),
        *patients_known(protects=MEASURES),
        *dates_readable("collected_datetime", "collected_start", "received_time", protects=MEASURES),
    ),
)
