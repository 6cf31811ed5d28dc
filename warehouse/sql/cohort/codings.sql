-- cohort.codings
-- Grain: one row per resource, element, component, system and code, in the spelling of the value sets.
-- Rule: ICD codes are upper-cased, dotted and split at dagger and asterisk; a seven-character code without dot on a
-- Procedure is PCS whatever ICD-10 system it names (docs/definitions.md#codes). No times here.
with

families as (
    select
        translated.resource_type,
        translated.resource_id,
        translated.element,
        translated.component_number,
        translated.system,
        translated.code,
        translated.display,
        coalesce(regexp_matches(systems.name, 'ICD-10(-CM)?$'), false) as is_icd10,
        coalesce(systems.name in ('ICD-9-CM', 'ICD-10-PCS'), false) as is_upper,
        coalesce(systems.name = 'ICD-9-CM', false) as is_icd9
    from cohort.translated_codings as translated
    left join ref.code_systems as systems on translated.system = systems.system
),

parts as (
    select
        resource_type,
        resource_id,
        element,
        component_number,
        system,
        display,
        is_icd10,
        is_icd9,
        unnest(
            case
                when is_icd10 then list_filter(regexp_split_to_array(upper(code), '[+*/†‡ \t]+'), lambda x: x <> '')
                when is_upper then [upper(code)]
                else [code]
            end
        ) as code
    from families
),

marked as (
    select
        parts.resource_type,
        parts.resource_id,
        parts.element,
        parts.component_number,
        parts.system,
        parts.display,
        parts.code,
        parts.is_icd10,
        parts.is_icd9,
        parts.resource_type = 'Procedure' as is_procedure,
        parts.is_icd10 and parts.resource_type = 'Procedure' and regexp_full_match(parts.code, '[0-9A-Z]{7}') as is_pcs
    from parts
),

spelled as (
    select
        marked.resource_type,
        marked.resource_id,
        marked.element,
        marked.component_number,
        marked.display,
        case when marked.is_pcs then pcs.system else marked.system end as system,
        case
            when marked.is_pcs then marked.code
            when marked.is_icd10 and regexp_full_match(marked.code, '[A-Z][0-9][0-9A-Z]{2,}')
                then marked.code[:3] || '.' || marked.code[4:]
            when marked.is_icd9 and marked.is_procedure and regexp_matches(marked.code, '^[0-9]{3}')
                then marked.code[:2] || '.' || marked.code[3:]
            when marked.is_icd9 and not marked.is_procedure and regexp_matches(marked.code, '^[0-9V][0-9]{3}')
                then marked.code[:3] || '.' || marked.code[4:]
            else marked.code
        end as code
    from marked
    left join ref.code_systems as pcs on pcs.name = 'ICD-10-PCS'
)

select
    resource_type,
    resource_id,
    element,
    component_number,
    system,
    code,
    min(display) as display
from spelled
group by resource_type, resource_id, element, component_number, system, code
