"""cohort.patients: everyone who was pulled, with death and its cause."""

from checks.rules import NoRows, Suite, stop, warn
from checks.templates import columns, filled, known_values, one_row_per

MEASURES = ("infection_death_proportion",)
SUITE = Suite(
    "cohort.patients",
    (
        columns(
            "patient_id", "local_identifier", "birth_date_earliest", "sex", "died_on", "death_cause", protects=MEASURES
        ),
        *filled("patient_id", protects=MEASURES, reason="A patient without id can be joined to nothing."),
        one_row_per("patient_id", protects=MEASURES, reason="A patient in two rows dies twice in every table."),
        known_values(
            "death_cause",
            ("infection", "probable_infection", "other", "unknown"),
            protects=MEASURES,
            reason="A cause outside the list is in neither the headline nor the row to adjudicate.",
        ),
        stop(
            "death_has_a_cause",
            NoRows(
                "select item.patient_id from {batch} as item where item.died_on is not null "
                "and item.death_cause is null"
            ),
            MEASURES,
            "Every death has a cause, be it unknown; one without was not looked at.",
        ),
        warn(
            "death_not_after_the_data_date",
            NoRows("select item.patient_id from {batch} as item cross join ref.run where item.died_on > run.data_date"),
            MEASURES,
            "A death after the day that is looked at is no death of this report.",
        ),
    ),
)
