-- cohort.kept_resources
-- Grain: one row per resource of a patient that its status lets count.
-- Rule: status_filters drop entered in error, refuted, cancelled, not done; an absent or unlisted status is kept and
-- flagged; a request not to do something is no request (docs/definitions.md#counted-and-listed). No times here.
with

statuses as (
    select
        'Condition' as resource_type,
        condition_id as resource_id,
        patient_id,
        encounter_id,
        verification_status as status,
        'verificationStatus' as element
    from stage.condition
    union all by name
    select
        'Procedure' as resource_type,
        procedure_id as resource_id,
        patient_id,
        encounter_id,
        status
    from stage.procedure
    union all by name
    select
        'Observation' as resource_type,
        observation_id as resource_id,
        patient_id,
        encounter_id,
        status
    from stage.observation
    union all by name
    select
        'DiagnosticReport' as resource_type,
        diagnostic_report_id as resource_id,
        patient_id,
        encounter_id,
        status
    from stage.diagnostic_report
    union all by name
    select
        'MedicationAdministration' as resource_type,
        medication_administration_id as resource_id,
        patient_id,
        context_id as encounter_id,
        status
    from stage.medication_administration
    union all by name
    select
        'MedicationRequest' as resource_type,
        request.medication_request_id as resource_id,
        request.patient_id,
        request.encounter_id,
        request.status
    from stage.medication_request as request
    left join ref.status_filters as intents
        on
            intents.resource_type = 'MedicationRequest'
            and intents.element = 'intent'
            and lower(trim(request.intent)) = intents.code
    where
        not coalesce(request.do_not_perform, false)
        and coalesce(intents.action, 'keep') <> 'drop'
    union all by name
    select
        'Encounter' as resource_type,
        encounter_id as resource_id,
        patient_id,
        encounter_id,
        status
    from stage.encounter
    union all by name
    select
        'Specimen' as resource_type,
        specimen_id as resource_id,
        patient_id,
        status
    from stage.specimen
)

select
    statuses.resource_type,
    statuses.resource_id,
    statuses.patient_id,
    statuses.encounter_id,
    statuses.status,
    coalesce(filters.action, 'keep_flag') as action
from statuses
left join ref.status_filters as filters
    on
        statuses.resource_type = filters.resource_type
        and coalesce(statuses.element, 'status') = filters.element
        and lower(trim(statuses.status)) = filters.code
where
    coalesce(filters.action, 'keep_flag') <> 'drop'
    and statuses.patient_id is not null
