"""cohort.strata: with, without or with unknown pre-existing infection."""

from checks.rules import ALL_MEASURES, NoRows, Suite, stop
from checks.templates import columns, filled, known_values, one_row_per

SETS = (
    "preexisting_infection",
    "preexisting_infection_onset",
    "preexisting_infection_treated",
    "preexisting_infection_fuo",
)
ACTIVE = (
    "select item.patient_id from {batch} as item inner join cohort.courses as courses "
    "on item.patient_id = courses.patient_id and item.course_number = courses.course_number "
    "where courses.in_cohort and item.stratum_set = 'preexisting_infection' "
    "and (item.stratum = 'yes') != exists "
    "(select 1 from cohort.episodes as episodes where episodes.patient_id = item.patient_id "
    "and episodes.course_number = item.course_number and episodes.active_in_look_back and episodes.qualifies)"
)
SUITE = Suite(
    "cohort.strata",
    (
        columns("patient_id", "course_number", "stratum_set", "stratum", protects=ALL_MEASURES),
        *filled(
            "patient_id",
            "course_number",
            "stratum_set",
            "stratum",
            protects=ALL_MEASURES,
            reason="Unknown is a stratum of its own; an empty one is in no table.",
        ),
        one_row_per(
            "patient_id",
            "course_number",
            "stratum_set",
            protects=ALL_MEASURES,
            reason="A course in two strata is counted in both.",
        ),
        known_values(
            "stratum_set", SETS, protects=ALL_MEASURES, reason="A set of strata that no table knows.", severity="warn"
        ),
        known_values(
            "stratum",
            ("no", "yes", "unknown"),
            protects=ALL_MEASURES,
            reason="A stratum outside the list is in no table.",
        ),
        stop(
            "every_cohort_course_has_a_stratum",
            NoRows(
                "select courses.patient_id from cohort.courses as courses where courses.in_cohort "
                "and not exists "
                "(select 1 from {batch} as item where item.patient_id = courses.patient_id "
                "and item.course_number = courses.course_number and item.stratum_set = 'preexisting_infection')"
            ),
            ALL_MEASURES,
            "A patient without stratum is in no table, and the strata do not add up to all.",
        ),
        stop(
            "yes_means_an_active_episode",
            NoRows(ACTIVE),
            ("preexisting_infection_proportion", "infected_proportion", "progression_proportion"),
            "The stratum yes and a qualifying episode active in the look-back are one statement.",
        ),
    ),
)
