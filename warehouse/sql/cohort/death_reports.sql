-- cohort.death_reports
-- Grain: one row per patient and source that says the patient is dead, with the day it gives.
-- Rule: Patient.deceased, then dates of death, then causes of death, then a discharge as dead, then the finding
-- (docs/definitions.md#death). A partial date is no day. Hospital-local dates.
with

discharged as (
    select
        kept.patient_id,
        encounter.period_end as day_text
    from cohort.codings as codings
    inner join ref.death_codes as codes
        on
            codings.system = codes.system
            and codings.code = codes.code
            and codes.concept = 'discharge_dead'
    inner join stage.encounter as encounter on codings.resource_id = encounter.encounter_id
    inner join cohort.kept_resources as kept
        on
            kept.resource_type = 'Encounter'
            and codings.resource_id = kept.resource_id
    where
        codings.resource_type = 'Encounter'
        and codings.element = 'discharge'
),

found as (
    select
        kept.patient_id,
        coalesce(condition.onset_datetime, condition.onset_start, condition.recorded_date) as day_text
    from cohort.codings as codings
    inner join ref.death_codes as codes
        on
            codings.system = codes.system
            and codings.code = codes.code
            and codes.concept in ('dead_finding', 'cause_of_death')
            and codes.element = 'Condition.code'
    inner join stage.condition as condition on codings.resource_id = condition.condition_id
    inner join cohort.kept_resources as kept
        on
            kept.resource_type = 'Condition'
            and codings.resource_id = kept.resource_id
    where codings.resource_type = 'Condition'
),

reports as (
    select
        patient_id,
        1 as source_order,
        deceased_datetime as day_text
    from stage.patient
    where deceased_datetime is not null or deceased_boolean
    union all by name
    select
        patient_id,
        source_order,
        day_text
    from cohort.observed_deaths
    union all by name
    select
        patient_id,
        4 as source_order,
        day_text
    from discharged
    union all by name
    select
        patient_id,
        5 as source_order,
        day_text
    from found
)

select
    reports.patient_id,
    reports.source_order,
    min(fhir_on(reports.day_text, run.time_zone)) as died_on
from reports
cross join ref.run as run
group by reports.patient_id, reports.source_order
