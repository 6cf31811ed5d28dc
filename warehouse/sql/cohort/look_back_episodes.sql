-- cohort.look_back_episodes
-- Grain: one qualifying episode active in the look-back of one course: what can progress.
-- Rule: watched from day 0 to the last day of the sensitivity window, never beyond the day the clock stopped
-- (docs/definitions.md#progression). Hospital-local dates, both ends.
select
    activity.patient_id,
    activity.course_number,
    activity.group_key,
    core.episode_id,
    core.onset_on,
    core.has_result,
    core.is_judged_progressed,
    courses.day0_on,
    least(courses.day0_on + protocol.progression_last_day, courses.follow_up_end_on) as primary_until_on,
    least(courses.day0_on + protocol.progression_sensitivity_last_day, courses.follow_up_end_on) as watched_until_on
from cohort.look_back_activity as activity
inner join cohort.episode_core as core
    on
        activity.patient_id = core.patient_id
        and activity.group_key = core.group_key
inner join cohort.courses as courses
    on
        activity.patient_id = courses.patient_id
        and activity.course_number = courses.course_number
cross join ref.protocol as protocol
where
    activity.is_active
    and core.qualifies
