-- cohort.dated_records
-- Grain: one row per resource and day that shows the patient to the hospital.
-- Rule: an encounter by its start and its end, a result by its collection, an administration by its start, a
-- condition by its recordedDate, never by its onset (docs/definitions.md#days-at-risk). Hospital-local dates.
with

written as (
    select
        'Encounter' as resource_type,
        encounter_id as resource_id,
        'encounter' as kind,
        period_start as day_text
    from stage.encounter
    union all
    select
        'Encounter' as resource_type,
        encounter_id as resource_id,
        'encounter' as kind,
        period_end as day_text
    from stage.encounter
    union all
    select
        'Observation' as resource_type,
        observation_id as resource_id,
        'result' as kind,
        coalesce(effective_datetime, effective_start, effective_instant, issued) as day_text
    from stage.observation
    union all
    select
        'DiagnosticReport' as resource_type,
        diagnostic_report_id as resource_id,
        'result' as kind,
        coalesce(effective_datetime, effective_start, issued) as day_text
    from stage.diagnostic_report
    union all
    select
        'MedicationAdministration' as resource_type,
        medication_administration_id as resource_id,
        'administration' as kind,
        coalesce(effective_datetime, effective_start) as day_text
    from stage.medication_administration
    union all
    select
        'Procedure' as resource_type,
        procedure_id as resource_id,
        'procedure' as kind,
        coalesce(performed_datetime, performed_start) as day_text
    from stage.procedure
    union all
    select
        'Condition' as resource_type,
        condition_id as resource_id,
        'recorded' as kind,
        recorded_date as day_text
    from stage.condition
)

select distinct
    written.resource_type,
    written.resource_id,
    kept.patient_id,
    kept.encounter_id,
    written.kind,
    fhir_on(written.day_text, run.time_zone) as seen_on
from written
inner join cohort.kept_resources as kept
    on
        written.resource_type = kept.resource_type
        and written.resource_id = kept.resource_id
cross join ref.run as run
where fhir_on(written.day_text, run.time_zone) is not null
