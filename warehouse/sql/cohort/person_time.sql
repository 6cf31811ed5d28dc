-- cohort.person_time
-- Grain: one row per course and window with at least one day at risk.
-- Rule: from the first day of the window (look-back: not before the first record day) to the follow-up end or the
-- last day of the window; whole days, both ends count (docs/definitions.md#days-at-risk). Hospital-local dates.
with

windows as (
    select
        courses.patient_id,
        courses.course_number,
        windows.window_name,
        courses.follow_up_end_on,
        courses.follow_up_end_reason,
        courses.day0_on + windows.last_day as window_end_on,
        case
            when windows.window_name = 'look_back'
                then greatest(courses.day0_on + windows.first_day, records.first_record_on)
            else courses.day0_on + windows.first_day
        end as start_on
    from cohort.courses as courses
    cross join ref.windows as windows
    left join cohort.record_days as records on courses.patient_id = records.patient_id
    where courses.day0_on is not null
)

select
    patient_id,
    course_number,
    window_name,
    start_on,
    least(window_end_on, follow_up_end_on) as end_on,
    cast(least(window_end_on, follow_up_end_on) - start_on + 1 as integer) as days,
    case
        when follow_up_end_on <= window_end_on and follow_up_end_reason <> 'protocol_end' then follow_up_end_reason
        else 'window_end'
    end as end_reason
from windows
where start_on <= least(window_end_on, follow_up_end_on)
