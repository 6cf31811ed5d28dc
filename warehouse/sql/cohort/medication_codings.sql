-- cohort.medication_codings
-- Grain: one row per coding as recorded of an administration or request, of its medication or ingredients, or route.
-- Rule: a medication entered in error names no drug (docs/definitions.md#drug-exposure). No times here.
with

drug_references as (
    select
        'MedicationAdministration' as resource_type,
        medication_administration_id as resource_id,
        medication_id
    from stage.medication_administration
    union all
    select
        'MedicationRequest' as resource_type,
        medication_request_id as resource_id,
        medication_id
    from stage.medication_request
),

medication_parts as (
    select
        medication_id,
        system,
        code,
        display
    from stage.medication_coding
    union all
    select
        medication_id,
        system,
        code,
        display
    from stage.medication_ingredient_coding
)

select
    'MedicationAdministration' as resource_type,
    medication_administration_id as resource_id,
    'medication' as element,
    system,
    code,
    display
from stage.medication_administration_coding
union all
select
    'MedicationRequest' as resource_type,
    medication_request_id as resource_id,
    'medication' as element,
    system,
    code,
    display
from stage.medication_request_coding
union all
select
    drug_references.resource_type,
    drug_references.resource_id,
    'medication' as element,
    medication_parts.system,
    medication_parts.code,
    medication_parts.display
from drug_references
inner join medication_parts on drug_references.medication_id = medication_parts.medication_id
left join stage.medication as medication on drug_references.medication_id = medication.medication_id
left join ref.status_filters as filters
    on
        filters.resource_type = 'Medication'
        and filters.element = 'status'
        and lower(medication.status) = filters.code
where coalesce(filters.action, 'keep') <> 'drop'
union all
select
    'MedicationAdministration' as resource_type,
    medication_administration_id as resource_id,
    'route' as element,
    system,
    code,
    display
from stage.medication_administration_route_coding
union all
select
    'MedicationRequest' as resource_type,
    medication_request_id as resource_id,
    'route' as element,
    system,
    code,
    display
from stage.medication_request_route_coding
