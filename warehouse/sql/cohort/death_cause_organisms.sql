-- cohort.death_cause_organisms
-- Grain: one coded cause of death and organism that the code names.
-- Rule: longest code prefix; with the codes that count as the same organism (docs/definitions.md#death).
-- No dates.
select
    items.resource_type,
    items.resource_id,
    items.system,
    items.code,
    named.organism_code,
    coalesce(same_organisms.matching_organisms, cast([] as varchar[])) as matching_organisms
from (
    select distinct
        resource_type,
        resource_id,
        system,
        code
    from cohort.death_cause_items
    where is_infection and not by_text
) as items
inner join ref.infection_code_organisms as named
    on
        items.system = named.system
        and starts_with(items.code, named.code)
left join cohort.same_organisms as same_organisms
    on named.organism_code = same_organisms.organism_code
qualify row_number() over (
    partition by items.resource_type, items.resource_id, items.system, items.code
    order by length(named.code) desc
) = 1
