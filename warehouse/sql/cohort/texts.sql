-- cohort.texts
-- Grain: one row per resource, element and text.
-- Rule: what a resource says in words: text of its concepts, displays, values, conclusions; trimmed, never empty
-- (docs/definitions.md#text-rules). No times here.
with

said as (
    select
        'Observation' as resource_type,
        resource_id,
        element,
        display as text
    from cohort.observation_codings
    union all
    select
        resource_type,
        resource_id,
        element,
        display as text
    from cohort.event_codings
    union all
    select
        resource_type,
        resource_id,
        element,
        display as text
    from cohort.medication_codings
    union all
    select
        resource_type,
        resource_id,
        element,
        text
    from cohort.resource_texts
    union all
    select
        resource_type,
        resource_id,
        element,
        text
    from cohort.medication_texts
)

select distinct
    resource_type,
    resource_id,
    element,
    trim(text) as text
from said
where trim(text) <> ''
