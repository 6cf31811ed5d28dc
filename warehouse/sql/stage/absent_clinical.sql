-- stage.absent_clinical
-- Grain: one row per resource type and element that points to ids which no current resource has, with a count.
-- Rule: a reference resolves or is counted (docs/definitions.md#raw): here those of
-- everything but results and specimens. `way` is the element and the type that it points to. No times.
with

pointers as (
    select
        'Condition' as resource_type,
        unnest(['subject/Patient', 'encounter/Encounter']) as way,
        unnest([patient_id, encounter_id]) as target_id
    from stage.condition
    union all
    select
        'Device' as resource_type,
        unnest(['patient/Patient']) as way,
        unnest([patient_id]) as target_id
    from stage.device
    union all
    select
        'DeviceUseStatement' as resource_type,
        unnest(['subject/Patient', 'device/Device']) as way,
        unnest([patient_id, device_id]) as target_id
    from stage.device_use_statement
    union all
    select
        'Encounter' as resource_type,
        unnest(['subject/Patient']) as way,
        unnest([patient_id]) as target_id
    from stage.encounter
    union all
    select
        'Encounter' as resource_type,
        unnest(['location/Location']) as way,
        unnest([location_id]) as target_id
    from stage.encounter_location
    union all
    select
        'Group' as resource_type,
        unnest(['member/Patient']) as way,
        unnest([patient_id]) as target_id
    from stage.group_member
    union all
    select
        'Location' as resource_type,
        unnest(['partOf/Location']) as way,
        unnest([part_of_id]) as target_id
    from stage.location
    union all
    select
        'MedicationAdministration' as resource_type,
        unnest(['subject/Patient', 'context/Encounter', 'medication/Medication']) as way,
        unnest([patient_id, context_id, medication_id]) as target_id
    from stage.medication_administration
    union all
    select
        'MedicationDispense' as resource_type,
        unnest(['subject/Patient', 'context/Encounter', 'medication/Medication']) as way,
        unnest([patient_id, context_id, medication_id]) as target_id
    from stage.medication_dispense
    union all
    select
        'MedicationRequest' as resource_type,
        unnest(['subject/Patient', 'encounter/Encounter', 'medication/Medication']) as way,
        unnest([patient_id, encounter_id, medication_id]) as target_id
    from stage.medication_request
    union all
    select
        'MedicationStatement' as resource_type,
        unnest(['subject/Patient', 'context/Encounter', 'medication/Medication']) as way,
        unnest([patient_id, context_id, medication_id]) as target_id
    from stage.medication_statement
    union all
    select
        'Patient' as resource_type,
        unnest(['link/Patient']) as way,
        unnest([other_id]) as target_id
    from stage.patient_link
    union all
    select
        'Procedure' as resource_type,
        unnest(['subject/Patient', 'encounter/Encounter']) as way,
        unnest([patient_id, encounter_id]) as target_id
    from stage.procedure
)

select
    pointers.resource_type,
    split_part(pointers.way, '/', 1) as element,
    count(*) as reference_count
from pointers
anti join stage.resources
    on
        split_part(pointers.way, '/', 2) = resources.resource_type
        and pointers.target_id = resources.resource_id
where pointers.target_id is not null
group by pointers.resource_type, pointers.way
