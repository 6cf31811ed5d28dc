-- statement code_coverage: how far the code lists reach, over the codings of an open file
-- Grain: one row per type and element that some code list is about, with the resources that have a coding there.
-- Rule: a resource is known when one of its codings of the element is in a list (docs/definitions.md#value-sets).
-- Time: none.
with

listed as (
    select distinct
        resource_type,
        element
    from counts.known_codes
),

coded as (
    select
        codings.resource_type,
        codings.element,
        count(distinct codings.resource_id) as resources
    from cohort.codings as codings
    inner join listed on codings.resource_type = listed.resource_type and codings.element = listed.element
    group by codings.resource_type, codings.element
),

hit as (
    select
        codings.resource_type,
        codings.element,
        count(distinct codings.resource_id) as resources
    from cohort.codings as codings
    inner join counts.known_codes as known
        on
            codings.resource_type = known.resource_type
            and codings.element = known.element
            and codings.system = known.system
    where codings.code = known.code or (known.match = 'prefix' and starts_with(codings.code, known.code))
    group by codings.resource_type, codings.element
)

select
    coded.resource_type,
    coded.element,
    coded.resources,
    coalesce(hit.resources, 0) as known
from coded
left join hit on coded.resource_type = hit.resource_type and coded.element = hit.element
order by coded.resource_type, coded.element
