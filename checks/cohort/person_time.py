"""cohort.person_time: days at risk of each course in each window."""

from checks.rules import NoRows, Suite, stop
from checks.templates import columns, filled, not_negative, one_row_per

MEASURES = ("infection_density", "infection_events", "cumulative_incidence")
SUITE = Suite(
    "cohort.person_time",
    (
        columns(
            "patient_id", "course_number", "window_name", "start_on", "end_on", "days", "end_reason", protects=MEASURES
        ),
        *filled(
            "patient_id",
            "course_number",
            "window_name",
            "end_reason",
            protects=MEASURES,
            reason="Days that belong to no course and window are in no denominator.",
        ),
        one_row_per(
            "patient_id",
            "course_number",
            "window_name",
            protects=MEASURES,
            reason="A window twice doubles the denominator and halves the density.",
        ),
        *not_negative("days", protects=MEASURES),
        stop(
            "days_fit_in_the_window",
            NoRows(
                "select item.patient_id from {batch} as item left join ref.windows as windows "
                "on item.window_name = windows.window_name "
                "where windows.window_name is null or item.days > windows.last_day - windows.first_day + 1"
            ),
            MEASURES,
            "More days than the window has, or a window that the protocol does not know.",
        ),
        stop(
            "days_are_those_between_both_ends",
            NoRows(
                "select item.patient_id from {batch} as item "
                "where item.days > 0 and item.days != item.end_on - item.start_on + 1"
            ),
            MEASURES,
            "Whole days, both ends counted: the days must be those from start to end.",
        ),
        stop(
            "inside_window_and_follow_up",
            NoRows(
                "select item.patient_id from {batch} as item "
                "inner join ref.windows as windows on item.window_name = windows.window_name "
                "left join cohort.courses as courses on item.patient_id = courses.patient_id "
                "and item.course_number = courses.course_number "
                "where courses.patient_id is null or item.start_on < courses.day0_on + windows.first_day "
                "or item.end_on > courses.day0_on + windows.last_day or item.end_on > courses.follow_up_end_on"
            ),
            MEASURES,
            "Days outside the window, after the clock stopped, or of a course that does not exist.",
        ),
    ),
)
