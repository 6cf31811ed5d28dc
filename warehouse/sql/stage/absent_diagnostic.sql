-- stage.absent_diagnostic
-- Grain: one row per resource type and element that points to ids which no current resource has, with a count.
-- Rule: a reference resolves or is counted (docs/definitions.md#raw): here those of
-- Observations, DiagnosticReports and Specimens. `way` is the element and the type that it points to. No times.
with

pointers as (
    select
        'DiagnosticReport' as resource_type,
        unnest(['subject/Patient', 'encounter/Encounter']) as way,
        unnest([patient_id, encounter_id]) as target_id
    from stage.diagnostic_report
    union all
    select
        'DiagnosticReport' as resource_type,
        unnest(['result/Observation']) as way,
        unnest([observation_id]) as target_id
    from stage.diagnostic_report_result
    union all
    select
        'DiagnosticReport' as resource_type,
        unnest(['specimen/Specimen']) as way,
        unnest([specimen_id]) as target_id
    from stage.diagnostic_report_specimen
    union all
    select
        'Observation' as resource_type,
        unnest(['subject/Patient', 'encounter/Encounter', 'specimen/Specimen']) as way,
        unnest([patient_id, encounter_id, specimen_id]) as target_id
    from stage.observation
    union all
    select
        'Observation' as resource_type,
        unnest(['derivedFrom/Observation']) as way,
        unnest([source_id]) as target_id
    from stage.observation_derived_from
    union all
    select
        'Observation' as resource_type,
        unnest(['hasMember/Observation']) as way,
        unnest([member_id]) as target_id
    from stage.observation_member
    union all
    select
        'Specimen' as resource_type,
        unnest(['subject/Patient', 'parent/Specimen']) as way,
        unnest([patient_id, parent_id]) as target_id
    from stage.specimen
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
