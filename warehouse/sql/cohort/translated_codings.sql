-- cohort.translated_codings
-- Grain: one row per coding as recorded, its system in the spelling of the value sets.
-- Rule: OIDs, old and careless URIs of a system are aliases of it; an alias of the resource type comes before one of
-- any type (docs/definitions.md#codes).
-- No times here.
with

recorded as (
    select
        'Observation' as resource_type,
        resource_id,
        element,
        component_number,
        system,
        code,
        display
    from cohort.observation_codings
    union all by name
    select
        resource_type,
        resource_id,
        element,
        system,
        code,
        display
    from cohort.event_codings
    union all by name
    select
        resource_type,
        resource_id,
        element,
        system,
        code,
        display
    from cohort.medication_codings
)

select
    recorded.resource_type,
    recorded.resource_id,
    recorded.element,
    recorded.component_number,
    recorded.display,
    coalesce(own_alias.system, any_alias.system, trim(recorded.system)) as system,
    trim(recorded.code) as code
from recorded
left join ref.code_system_aliases as own_alias
    on
        trim(recorded.system) = own_alias.alias
        and recorded.resource_type = own_alias.resource_type
left join ref.code_system_aliases as any_alias
    on
        trim(recorded.system) = any_alias.alias
        and any_alias.resource_type = '*'
where trim(recorded.code) <> ''
