"""cohort.covariates: exposures and other attributes of a course; unknown is never no."""

from checks.rules import NoRows, Suite, stop
from checks.templates import columns, filled, one_row_per

MEASURES = ("infected_proportion", "bridging_association", "crs_progression_association")
NEEDED = (
    "select courses.patient_id from cohort.courses as courses "
    "cross join (values ('complete_day_30'), ('bridging_other_than_fc'), ('crs_grade_3_exposure')) "
    "as needed (name) "
    "where courses.in_cohort and not exists (select 1 from {batch} as item where item.name = needed.name "
    "and item.patient_id = courses.patient_id and item.course_number = courses.course_number)"
)
SUITE = Suite(
    "cohort.covariates",
    (
        columns(
            "patient_id",
            "course_number",
            "name",
            "value",
            "value_number",
            "unit",
            "known_on",
            "source",
            "status",
            protects=MEASURES,
        ),
        *filled(
            "patient_id",
            "course_number",
            "name",
            "status",
            protects=MEASURES,
            reason="An attribute of nobody, or one that does not say whether it is known.",
        ),
        one_row_per(
            "patient_id",
            "course_number",
            "name",
            protects=MEASURES,
            reason="Two answers to one question put a patient into two cells of the table.",
        ),
        stop(
            "unknown_has_no_value",
            NoRows("select item.name from {batch} as item where item.status = 'unknown' and item.value is not null"),
            MEASURES,
            "What is not known must not be counted as no.",
        ),
        stop(
            "needed_covariates_present",
            NoRows(NEEDED),
            MEASURES,
            "A patient without the covariate stands in none of the cells, not even among the unknown.",
        ),
    ),
)
