"""stage.diagnostic_report: reports that group results."""

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
    "stage.diagnostic_report",
    (
        columns(
            "diagnostic_report_id",
            "patient_id",
            "encounter_id",
            "status",
            "code_text",
            "effective_datetime",
            "issued",
            "conclusion",
            protects=MEASURES,
        ),
        *filled(
            "diagnostic_report_id",
            protects=MEASURES,
            reason="A row without its id cannot be traced to what was received.",
        ),
        one_row_per("diagnostic_report_id", protects=MEASURES, reason="A report twice can double its positives."),
        *patients_known(protects=MEASURES),
        *dates_readable("effective_datetime", "effective_start", "issued", protects=MEASURES),
    ),
)
