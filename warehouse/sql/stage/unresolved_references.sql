-- stage.unresolved_references
-- Grain: one row per resource type, element and way in which references there lead to no current resource, with a
-- count.
-- Rule: a reference resolves or is counted (docs/definitions.md#raw): target_absent is an id that no current resource
-- has, the other ways are those of stage.keyless_references. No times.
with

targets as (
    select
        'Condition' as resource_type,
        'subject' as element,
        'Patient' as target_type,
        patient_id as target_id
    from stage.condition
    union all
    select
        'DiagnosticReport' as resource_type,
        'subject' as element,
        'Patient' as target_type,
        patient_id as target_id
    from stage.diagnostic_report
    union all
    select
        'DiagnosticReport' as resource_type,
        'result' as element,
        'Observation' as target_type,
        observation_id as target_id
    from stage.diagnostic_report_result
    union all
    select
        'Encounter' as resource_type,
        'subject' as element,
        'Patient' as target_type,
        patient_id as target_id
    from stage.encounter
    union all
    select
        'MedicationAdministration' as resource_type,
        'subject' as element,
        'Patient' as target_type,
        patient_id as target_id
    from stage.medication_administration
    union all
    select
        'MedicationAdministration' as resource_type,
        'medication' as element,
        'Medication' as target_type,
        medication_id as target_id
    from stage.medication_administration
    union all
    select
        'Observation' as resource_type,
        'subject' as element,
        'Patient' as target_type,
        patient_id as target_id
    from stage.observation
    union all
    select
        'Observation' as resource_type,
        'specimen' as element,
        'Specimen' as target_type,
        specimen_id as target_id
    from stage.observation
    union all
    select
        'Observation' as resource_type,
        'hasMember' as element,
        'Observation' as target_type,
        member_id as target_id
    from stage.observation_member
    union all
    select
        'Procedure' as resource_type,
        'subject' as element,
        'Patient' as target_type,
        patient_id as target_id
    from stage.procedure
    union all
    select
        'Specimen' as resource_type,
        'subject' as element,
        'Patient' as target_type,
        patient_id as target_id
    from stage.specimen
),

unresolved as (
    select
        resource_type,
        element,
        way
    from stage.keyless_references
    union all
    select
        targets.resource_type,
        targets.element,
        'target_absent' as way
    from targets
    anti join stage.resources
        on
            targets.target_type = resources.resource_type
            and targets.target_id = resources.resource_id
    where targets.target_id is not null
)

select
    resource_type,
    element,
    way,
    count(*) as reference_count
from unresolved
group by resource_type, element, way
order by resource_type, element, way
