-- cohort.course_ends
-- Grain: one row per course.
-- Rule: stop = min(day 90, death, next therapy, conditioning, first infusion of a subsequent course, last contact,
-- data date); on one day an event is named before the end of looking, and conditioning, whose drugs are a next therapy
-- too, before next therapy (docs/definitions.md#days-at-risk, D07-D09).
-- Hospital-local dates.
with

stops as (
    select
        courses.patient_id,
        courses.course_number,
        unnest(
            [
                struct_pack(stop_order := 1, reason := 'death', stop_on := deaths.died_on),
                struct_pack(stop_order := 3, reason := 'next_therapy', stop_on := therapies.next_therapy_on),
                struct_pack(stop_order := 2, reason := 'conditioning', stop_on := conditionings.conditioning_on),
                struct_pack(stop_order := 4, reason := 'subsequent_course', stop_on := courses.next_day0_on),
                struct_pack(
                    stop_order := 5,
                    reason := 'protocol_end',
                    stop_on := courses.day0_on + protocol.late_last_day
                ),
                struct_pack(stop_order := 6, reason := 'data_date', stop_on := run.data_date),
                struct_pack(stop_order := 7, reason := 'last_contact', stop_on := records.last_contact_on)
            ]
        ) as stop
    from cohort.course_starts as courses
    left join cohort.deaths as deaths on courses.patient_id = deaths.patient_id
    left join cohort.next_therapies as therapies
        on
            courses.patient_id = therapies.patient_id
            and courses.course_number = therapies.course_number
    left join cohort.conditionings as conditionings
        on
            courses.patient_id = conditionings.patient_id
            and courses.course_number = conditionings.course_number
    left join cohort.record_days as records on courses.patient_id = records.patient_id
    cross join ref.protocol as protocol
    cross join ref.run as run
)

select
    stops.patient_id,
    stops.course_number,
    min(stops.stop.stop_on) as follow_up_end_on,
    min_by(stops.stop.reason, (stops.stop.stop_on, stops.stop.stop_order)) filter (
        where stops.stop.stop_on is not null
    ) as follow_up_end_reason
from stops
group by stops.patient_id, stops.course_number
