"""counts.infections: patients, events and person-days by stratum, window and class."""

from checks.rules import NoRows, Suite, stop
from checks.templates import columns, known_values, not_negative, one_row_per, whole_numbers_only

RELATION = "counts.infections"
MEASURES = ("infection_events", "infection_density")
STRATA_SUMS = (
    "select item.window_name from {batch} as item group by item.window_name, item.infection_class "
    "having sum(item.events) filter (where item.stratum != 'all') "
    "!= sum(item.events) filter (where item.stratum = 'all') "
    "or sum(item.patients) filter (where item.stratum != 'all') "
    "!= sum(item.patients) filter (where item.stratum = 'all') "
    "or sum(item.person_days) filter (where item.stratum != 'all') "
    "!= sum(item.person_days) filter (where item.stratum = 'all')"
)
CLASS_SUMS = (
    "select item.window_name from {batch} as item group by item.window_name, item.stratum "
    "having sum(item.events) filter (where item.infection_class != 'all') "
    "!= sum(item.events) filter (where item.infection_class = 'all')"
)
WINDOW_SUMS = (
    "select totals.events from (select sum(item.events) as events from {batch} as item "
    "where item.stratum = 'all' and item.infection_class = 'all') as totals "
    "where coalesce(totals.events, 0) != (select count(*) from cohort.episodes as episodes "
    "inner join cohort.courses as courses on episodes.patient_id = courses.patient_id "
    "and episodes.course_number = courses.course_number where episodes.counted and courses.in_cohort)"
)
SUITE = Suite(
    RELATION,
    (
        columns(
            "stratum",
            "window_name",
            "infection_class",
            "patients",
            "events",
            "person_days",
            "at_risk",
            "infection_deaths",
            protects=MEASURES,
        ),
        one_row_per(
            "stratum",
            "window_name",
            "infection_class",
            protects=MEASURES,
            reason="Two rows for one cell of the table: one of them is wrong.",
        ),
        known_values(
            "stratum",
            ("all", "no", "yes", "unknown"),
            protects=MEASURES,
            reason="A stratum outside the list is in no table.",
        ),
        *not_negative("patients", "events", "person_days", "at_risk", protects=MEASURES),
        stop(
            "patients_at_most_events",
            NoRows("select item.stratum from {batch} as item where item.patients > item.events"),
            MEASURES,
            "More infected patients than infections: one of the two was counted twice.",
        ),
        stop(
            "patients_at_most_at_risk",
            NoRows("select item.stratum from {batch} as item where item.patients > item.at_risk"),
            MEASURES,
            "More infected patients than patients with days in the window.",
        ),
        stop(
            "events_need_person_days",
            NoRows("select item.stratum from {batch} as item where item.events > 0 and item.person_days = 0"),
            MEASURES,
            "Infections without a day at risk: numerator and denominator do not share one interval.",
        ),
        stop(
            "strata_add_up",
            NoRows(STRATA_SUMS),
            MEASURES,
            "The strata do not add up to all: somebody is counted twice or in no stratum.",
        ),
        stop(
            "classes_add_up",
            NoRows(CLASS_SUMS),
            MEASURES,
            "Every infection has one headline label; the labels must add up to all infections.",
        ),
        stop(
            "windows_add_up",
            NoRows(WINDOW_SUMS),
            MEASURES,
            "The windows must add up to the counted episodes of the cohort: an episode is lost or counted twice.",
        ),
        whole_numbers_only(RELATION, protects=MEASURES),
    ),
)
