-- counts.unmapped_codes
-- Grain: one row per type, element, system and code that no code list holds, with the number of resources using it.
-- Rule: a resource of which another coding of the same element is known is not unmapped
-- (docs/definitions.md#value-sets). No times.
with

judged as (
    select
        codings.resource_type,
        codings.resource_id,
        codings.element,
        codings.system,
        codings.code,
        exists(
            select 1
            from counts.known_codes as known
            where
                known.resource_type = codings.resource_type
                and known.element = codings.element
                and known.system = codings.system
                and (known.code = codings.code or (known.match = 'prefix' and starts_with(codings.code, known.code)))
        ) as is_known
    from cohort.codings as codings
    where
        exists (
            select 1
            from counts.known_codes as known
            where known.resource_type = codings.resource_type and known.element = codings.element
        )
),

unknown as (
    select
        judged.resource_type,
        judged.resource_id,
        judged.element,
        judged.system,
        judged.code
    from judged
    qualify
        not bool_or(judged.is_known) over (
            partition by judged.resource_type, judged.resource_id, judged.element
        )
)

select
    unknown.resource_type,
    unknown.element,
    unknown.system,
    unknown.code,
    count(distinct unknown.resource_id) as resources
from unknown
group by unknown.resource_type, unknown.element, unknown.system, unknown.code
