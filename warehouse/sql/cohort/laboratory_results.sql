-- cohort.laboratory_results
-- Grain: one row per observation (or component of it) and analyte, as recorded.
-- Rule: the observation's own value, or that of the component that carries the code; a value that is no number is
-- none (docs/definitions.md#fever-and-neutropenia). Times as written.
with

coded as (
    select distinct
        codings.resource_id as observation_id,
        codings.element,
        codings.component_number,
        tests.analyte,
        tests.proxy
    from cohort.codings as codings
    inner join ref.lab_tests as tests
        on
            codings.system = tests.system
            and codings.code = tests.code
    where
        codings.resource_type = 'Observation'
        and codings.element in ('code', 'component')
),

components as (
    select distinct
        observation_id,
        component_number,
        value_number,
        value_unit,
        value_unit_code
    from stage.observation_component
)

select
    coded.observation_id,
    coded.component_number,
    coded.analyte,
    bool_and(coded.proxy) as proxy,
    min(case when coded.element = 'code' then observation.value_number else components.value_number end)
        as value_number,
    min(case when coded.element = 'code' then observation.value_comparator end) as comparator,
    min(case when coded.element = 'code' then observation.value_unit else components.value_unit end) as value_unit,
    min(case when coded.element = 'code' then observation.value_unit_code else components.value_unit_code end)
        as value_unit_code
from coded
inner join stage.observation as observation on coded.observation_id = observation.observation_id
left join components
    on
        coded.element = 'component'
        and coded.observation_id = components.observation_id
        and coded.component_number is not distinct from components.component_number
group by coded.observation_id, coded.component_number, coded.analyte
