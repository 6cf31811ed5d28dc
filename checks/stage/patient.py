"""stage.patient: who is looked at."""

from checks.rules import ALL_MEASURES, NotNull, Suite, warn
from checks.templates import columns, dates_readable, filled, known_values, one_row_per

SUITE = Suite(
    "stage.patient",
    (
        columns(
            "patient_id",
            "gender",
            "birth_date",
            "deceased_boolean",
            "deceased_datetime",
            "active",
            protects=ALL_MEASURES,
        ),
        *filled("patient_id", protects=ALL_MEASURES, reason="A patient without id can be joined to nothing."),
        one_row_per(
            "patient_id",
            protects=ALL_MEASURES,
            reason="A patient twice in the roster is twice in every denominator.",
        ),
        known_values(
            "gender",
            ("male", "female", "other", "unknown"),
            protects=("patients_infused",),
            severity="warn",
            reason="A gender outside the standard's four is shown as unknown.",
        ),
        warn(
            "birth_date_given",
            NotNull("birth_date", share=0.9),
            ("patients_infused",),
            "Without birth dates the age limits of a protocol cannot be applied.",
        ),
        *dates_readable("birth_date", "deceased_datetime", protects=("infection_death_proportion",)),
    ),
)
