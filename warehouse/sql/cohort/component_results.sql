-- cohort.component_results
-- Grain: one row per component of an Observation that is a test of the list or names an organism.
-- Rule: a component is a result of its own inside its Observation: code and value belong together
-- (docs/definitions.md#microbiology-results). organism_code is set only where the component is positive. No dates.
with

components as (
    select
        component.observation_id,
        coalesce(code_alias.system, component.system) as system,
        component.code,
        coalesce(value_alias.system, component.value_system) as value_system,
        component.value_code
    from stage.observation_component as component
    left join ref.code_system_aliases as code_alias
        on component.system = code_alias.alias and code_alias.resource_type = '*'
    left join ref.code_system_aliases as value_alias
        on component.value_system = value_alias.alias and value_alias.resource_type = '*'
),

judged as (
    select
        components.observation_id,
        word.result,
        test.kind,
        value_organism.organism_code as value_organism_code,
        coalesce(test_organism.organism_code, code_organism.organism_code) as named_organism_code
    from components
    left join ref.result_values as word
        on components.value_system = word.system and components.value_code = word.code and word.element = 'value'
    left join cohort.organism_index as value_organism
        on components.value_system = value_organism.system and components.value_code = value_organism.code
    left join ref.micro_tests as test
        on
            components.system = test.system
            and components.code = test.code
            and test.use in ('evidence', 'candidate')
    left join cohort.organism_index as test_organism
        on test.organism_system = test_organism.system and test.organism_code = test_organism.code
    left join cohort.organism_index as code_organism
        on components.system = code_organism.system and components.code = code_organism.code
)

select distinct
    observation_id,
    kind,
    case
        when value_organism_code is not null then 'positive'
        when result = 'no_growth' then 'negative'
        else result
    end as result,
    case
        when value_organism_code is not null then value_organism_code
        when result = 'positive' then named_organism_code
    end as organism_code
from judged
where value_organism_code is not null or (named_organism_code is not null and result is not null)
