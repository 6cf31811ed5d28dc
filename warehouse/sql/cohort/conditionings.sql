-- cohort.conditionings
-- Grain: one row per course that a transplant follows, for the first transplant after day 0.
-- Rule: first conditioning drug or total body irradiation <= 21 days before the transplant and after day 0, outside
-- the lymphodepletion of the course; none: transplant minus 7, inferred (docs/definitions.md#next-therapy, D08).
-- Hospital-local dates.
with

transplants as (
    select
        courses.patient_id,
        courses.course_number,
        courses.day0_on,
        min(events.performed_on) as transplant_on
    from cohort.course_starts as courses
    inner join cohort.procedure_events as events
        on
            courses.patient_id = events.patient_id
            and courses.day0_on < events.performed_on
    where starts_with(events.concept, 'hsct_')
    group by courses.patient_id, courses.course_number, courses.day0_on
),

preparations as (
    select
        patient_id,
        drug_on as prepared_on
    from cohort.drug_days
    where
        conditioning_drug
        and not intrathecal
    union
    select
        patient_id,
        performed_on as prepared_on
    from cohort.procedure_events
    where concept = 'total_body_irradiation'
),

recorded as (
    select
        transplants.patient_id,
        transplants.course_number,
        min(preparations.prepared_on) as conditioning_on
    from transplants
    cross join ref.protocol as protocol
    inner join preparations
        on
            transplants.patient_id = preparations.patient_id
            and transplants.day0_on < preparations.prepared_on
            and preparations.prepared_on
            between transplants.transplant_on - protocol.conditioning_before_days and transplants.transplant_on
    left join cohort.lymphodepletions as own
        on
            transplants.patient_id = own.patient_id
            and transplants.course_number = own.course_number
            and preparations.prepared_on between own.start_on and own.end_on
    where own.patient_id is null
    group by transplants.patient_id, transplants.course_number
)

select
    transplants.patient_id,
    transplants.course_number,
    transplants.transplant_on,
    coalesce(
        recorded.conditioning_on,
        greatest(transplants.transplant_on - protocol.conditioning_inferred_days, transplants.day0_on)
    ) as conditioning_on,
    recorded.conditioning_on is null as conditioning_inferred
from transplants
left join recorded
    on
        transplants.patient_id = recorded.patient_id
        and transplants.course_number = recorded.course_number
cross join ref.protocol as protocol
