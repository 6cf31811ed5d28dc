-- cohort.course_completeness
-- Grain: one row per course.
-- Rule: complete = last contact on day 30 or later, or the event or death before; the event is a counted infection, a
-- progression or a broad progression (docs/definitions.md#complete-to-day-30, D11). Hospital-local dates.
with

infected as (
    select distinct
        patient_id,
        course_number
    from cohort.episodes
    where
        counted
        and window_name = 'early'
),

followed as (
    select
        courses.patient_id,
        courses.course_number,
        courses.day0_on + protocol.complete_day as day_30_on,
        coalesce(records.last_contact_on >= courses.day0_on + protocol.complete_day, false)
        or coalesce(deaths.died_on <= courses.day0_on + protocol.complete_day, false) as is_followed,
        courses.day0_on + protocol.complete_day <= run.data_date as is_over,
        courses.day0_on + protocol.late_last_day <= run.data_date as is_late_over,
        coalesce(records.last_contact_on >= courses.day0_on + protocol.late_last_day, false)
        or coalesce(deaths.died_on <= courses.day0_on + protocol.late_last_day, false) as is_followed_late
    from cohort.courses as courses
    left join cohort.record_days as records on courses.patient_id = records.patient_id
    left join cohort.deaths as deaths on courses.patient_id = deaths.patient_id
    cross join ref.protocol as protocol
    cross join ref.run as run
    where courses.day0_on is not null
)

select
    followed.patient_id,
    followed.course_number,
    followed.day_30_on,
    followed.is_over,
    followed.is_followed or infected.patient_id is not null as complete_day_30,
    followed.is_followed or coalesce(progression.progressed, false) as complete_progression,
    followed.is_followed or coalesce(progression.progressed_broad, false) as complete_progression_broad,
    followed.is_late_over,
    followed.is_followed_late
from followed
left join infected
    on
        followed.patient_id = infected.patient_id
        and followed.course_number = infected.course_number
left join cohort.progression as progression
    on
        followed.patient_id = progression.patient_id
        and followed.course_number = progression.course_number
