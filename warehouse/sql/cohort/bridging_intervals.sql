-- cohort.bridging_intervals
-- Grain: one row per course.
-- Rule: bridging lies after the last collection before the lymphodepletion (none recorded: from day -60) and before
-- the lymphodepletion begins (none: before day 0) (docs/definitions.md#bridging, D38). Hospital-local dates.
with

ends as (
    select
        courses.patient_id,
        courses.course_number,
        courses.day0_on,
        coalesce(depletions.start_on, courses.day0_on) - 1 as to_on,
        depletions.type as lymphodepletion_type
    from cohort.course_starts as courses
    left join cohort.lymphodepletions as depletions
        on
            courses.patient_id = depletions.patient_id
            and courses.day0_on = depletions.infused_on
)

select
    ends.patient_id,
    ends.course_number,
    ends.to_on,
    ends.lymphodepletion_type,
    max(collections.performed_on) as collected_on,
    coalesce(
        max(collections.performed_on) + 1,
        ends.day0_on + protocol.bridging_first_day_without_collection
    ) as from_on
from ends
cross join ref.protocol as protocol
left join cohort.procedure_events as collections
    on
        ends.patient_id = collections.patient_id
        and collections.concept = 'collection'
        and ends.to_on >= collections.performed_on
group by
    ends.patient_id,
    ends.course_number,
    ends.day0_on,
    ends.to_on,
    ends.lymphodepletion_type,
    protocol.bridging_first_day_without_collection
