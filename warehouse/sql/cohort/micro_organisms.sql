-- cohort.micro_organisms
-- Grain: one row per result and organism that it names.
-- Rule: the first place that names one wins: value, code, component, words of the value, words of the code; a code
-- beats text. What a positive test code implies comes later (docs/definitions.md#microbiology-results). No dates.
with

named as (
    select
        codings.resource_type,
        codings.resource_id,
        organism.organism_code,
        if(codings.element = 'code', 2, 1) as place
    from cohort.codings as codings
    inner join cohort.organism_index as organism
        on codings.system = organism.system and codings.code = organism.code
    where
        codings.resource_type in ('Observation', 'DiagnosticReport')
        and codings.element in ('value', 'conclusion', 'code')
    union
    select
        'Observation' as resource_type,
        observation_id as resource_id,
        organism_code,
        3 as place
    from cohort.component_results
    where organism_code is not null
    union
    select
        texts.resource_type,
        texts.resource_id,
        organism.organism_code,
        4 as place
    from cohort.micro_texts as texts
    inner join cohort.clause_organisms as organism on texts.text = organism.text
    where texts.element <> 'code'
    union
    select
        texts.resource_type,
        texts.resource_id,
        organism.organism_code,
        5 as place
    from cohort.micro_texts as texts
    inner join cohort.exact_organisms as organism on texts.text = organism.text
    where texts.element = 'code'
)

select
    named.resource_type,
    named.resource_id,
    named.organism_code,
    named.place,
    named.place >= 4 as by_text
from named
inner join cohort.micro_resources as resources
    on named.resource_type = resources.resource_type and named.resource_id = resources.resource_id
qualify named.place = min(named.place) over (partition by named.resource_type, named.resource_id)
