-- cohort.next_therapies
-- Grain: one row per course with a next therapy.
-- Rule: first day after day 0 with an antineoplastic (no TKI, intrathecal, steroid, rituximab, CAR-T) outside the
-- lymphodepletion blocks of this course, or radiotherapy (docs/definitions.md#next-therapy, D08). Hospital-local.
with

candidates as (
    select
        courses.patient_id,
        courses.course_number,
        drugs.drug_on as therapy_on,
        drugs.drug_source as source
    from cohort.course_starts as courses
    inner join cohort.drug_days as drugs
        on
            courses.patient_id = drugs.patient_id
            and courses.day0_on < drugs.drug_on
    left join cohort.lymphodepletions as own
        on
            courses.patient_id = own.patient_id
            and courses.course_number = own.course_number
            and drugs.drug_on between own.start_on and own.end_on
    where
        drugs.next_therapy
        and not drugs.intrathecal
        and own.patient_id is null
    union all
    select
        courses.patient_id,
        courses.course_number,
        events.performed_on as therapy_on,
        'procedure' as source
    from cohort.course_starts as courses
    inner join cohort.procedure_events as events
        on
            courses.patient_id = events.patient_id
            and courses.day0_on < events.performed_on
    where events.concept = 'radiotherapy'
)

select
    patient_id,
    course_number,
    min(therapy_on) as next_therapy_on,
    min_by(source, (therapy_on, source)) as drug_source
from candidates
group by patient_id, course_number
