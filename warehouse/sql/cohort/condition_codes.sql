-- cohort.condition_codes
-- Grain: one row per Condition that some code of it maps to the list of infection codes.
-- Rule: an exact row beats any prefix, the longest prefix of the same system wins; of several codings the one that
-- names an organism, then a site, then the longest (docs/definitions.md#joining-coded-and-cultured-evidence). No dates.
with

matched as (
    select
        codings.resource_id,
        codings.system,
        codings.code,
        listed.match,
        listed.infection_type,
        listed.site as code_site,
        listed.second_site as code_second_site,
        listed.role,
        listed.attaches,
        listed.stands_alone,
        listed.condition_needed,
        listed.not_counted_reason,
        listed.review
    from cohort.codings as codings
    inner join ref.infection_codes as listed
        on
            codings.system = listed.system
            and (
                codings.code = listed.code
                or (listed.match = 'prefix' and starts_with(codings.code, listed.code))
            )
    where codings.resource_type = 'Condition' and codings.element = 'code'
    qualify
        row_number() over (
            partition by codings.resource_id, codings.system, codings.code
            order by listed.match = 'exact' desc, length(listed.code) desc
        ) = 1
),

named as (
    select
        matched.resource_id,
        matched.system,
        matched.code,
        named.organism_system,
        named.organism_code,
        named.infection_class
    from matched
    inner join ref.infection_code_organisms as named
        on
            matched.system = named.system
            and (matched.code = named.code or (matched.match = 'prefix' and starts_with(matched.code, named.code)))
    qualify
        row_number() over (
            partition by matched.resource_id, matched.system, matched.code
            order by length(named.code) desc
        ) = 1
)

select
    matched.resource_id,
    matched.system,
    matched.code,
    matched.infection_type,
    matched.code_site,
    matched.code_second_site,
    matched.role,
    matched.attaches,
    matched.stands_alone,
    matched.condition_needed,
    matched.not_counted_reason,
    matched.review,
    organism.organism_code,
    coalesce(organism.infection_class, named.infection_class) as infection_class
from matched
left join named
    on
        matched.resource_id = named.resource_id
        and matched.system = named.system
        and matched.code = named.code
left join cohort.organism_index as organism
    on named.organism_system = organism.system and named.organism_code = organism.code
qualify
    row_number() over (
        partition by matched.resource_id
        order by
            organism.organism_code is not null desc,
            matched.code_site not in ('unspecified', 'other') desc,
            length(matched.code) desc,
            matched.system asc,
            matched.code asc
    ) = 1
