-- cohort.episode_courses
-- Grain: one episode or listed row, with the course it belongs to.
-- Rule: the newest course that had begun by its onset, before day 0 the first one
-- (docs/definitions.md#course). `onset_day` is relative to that course; an undatable row has none and
-- stands with the first course. Without a dated infusion there is no course to belong to. Hospital-local dates.
with

placed as (
    select
        groups.patient_id,
        groups.group_key,
        max(courses.course_number) filter (where courses.day0_on <= groups.onset_on) as begun,
        min(courses.course_number) as first_course
    from cohort.episode_groups as groups
    inner join cohort.courses as courses
        on groups.patient_id = courses.patient_id
    where courses.day0_on is not null
    group by groups.patient_id, groups.group_key
)

select
    placed.patient_id,
    placed.group_key,
    courses.course_number,
    courses.day0_on,
    courses.follow_up_end_on,
    groups.onset_on - courses.day0_on as onset_day,
    windows.window_name
from placed
inner join cohort.episode_groups as groups
    on
        placed.patient_id = groups.patient_id
        and placed.group_key = groups.group_key
inner join cohort.courses as courses
    on
        placed.patient_id = courses.patient_id
        and coalesce(placed.begun, placed.first_course) = courses.course_number
left join ref.windows as windows
    on groups.onset_on - courses.day0_on between windows.first_day and windows.last_day
