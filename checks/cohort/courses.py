"""cohort.courses: who is in the cohort, from which day 0, followed until when."""

from checks.rules import ALL_MEASURES, NoRows, Suite, stop
from checks.templates import columns, filled, known_values, one_row_per

REASONS = (
    "not_b_all", "t_lineage", "outside_age", "no_dated_infusion", "later_course", "after_data_date",
)  # fmt: skip
SUITE = Suite(
    "cohort.courses",
    (
        columns(
            "patient_id",
            "course_number",
            "in_cohort",
            "exclusion_reason",
            "day0_on",
            "last_infusion_on",
            "products",
            "follow_up_end_on",
            "follow_up_end_reason",
            protects=ALL_MEASURES,
        ),
        *filled(
            "patient_id",
            "course_number",
            "in_cohort",
            protects=ALL_MEASURES,
            reason="A course that is neither in nor out of the cohort has no place in a denominator.",
        ),
        one_row_per(
            "patient_id",
            "course_number",
            protects=ALL_MEASURES,
            reason="A course twice is twice in every denominator.",
        ),
        known_values(
            "exclusion_reason",
            REASONS,
            protects=ALL_MEASURES,
            reason="A reason outside the list is in no step of the funnel.",
        ),
        stop(
            "one_course_in_the_cohort",
            NoRows(
                "select item.patient_id from {batch} as item where item.in_cohort "
                "group by item.patient_id having count(*) > 1"
            ),
            ALL_MEASURES,
            "The unit is the patient with the first course; two courses count one patient twice.",
        ),
        stop(
            "in_or_out_with_a_reason",
            NoRows(
                "select item.patient_id from {batch} as item where item.in_cohort = (item.exclusion_reason is not null)"
            ),
            ALL_MEASURES,
            "Who is out has a reason and who is in has none, or the funnel does not add up.",
        ),
        stop(
            "cohort_course_has_a_day_0",
            NoRows(
                "select item.patient_id from {batch} as item where item.in_cohort "
                "and (item.day0_on is null or item.follow_up_end_on is null)"
            ),
            ALL_MEASURES,
            "All windows hang on day 0 and end with the follow-up; without them nobody is at risk.",
        ),
        stop(
            "day_0_not_after_the_follow_up",
            NoRows(
                "select item.patient_id from {batch} as item where item.in_cohort "
                "and item.day0_on > item.follow_up_end_on"
            ),
            ALL_MEASURES,
            "Follow-up that ends before the infusion gives negative days at risk.",
        ),
        stop(
            "last_infusion_not_before_day_0",
            NoRows("select item.patient_id from {batch} as item where item.last_infusion_on < item.day0_on"),
            ALL_MEASURES,
            "Day 0 is the first infusion of its course.",
        ),
        stop(
            "follow_up_not_after_the_data_date",
            NoRows(
                "select item.patient_id from {batch} as item cross join ref.run where item.in_cohort "
                "and item.follow_up_end_on > run.data_date"
            ),
            ALL_MEASURES,
            "Nobody is followed beyond the last day that is looked at.",
        ),
    ),
)
