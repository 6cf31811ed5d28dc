-- cohort.observation_codings
-- Grain: one row per coding as recorded of an observation, its value, interpretation, category or component.
-- Rule: the absent reason comes without a system, which is that of the value set (docs/definitions.md#codes).
-- No times here.
select
    observation_id as resource_id,
    'code' as element,
    cast(null as integer) as component_number,
    system,
    code,
    display
from stage.observation_coding
union all
select
    observation_id as resource_id,
    'value' as element,
    null as component_number,
    system,
    code,
    display
from stage.observation_value_coding
union all
select
    observation_id as resource_id,
    'interpretation' as element,
    null as component_number,
    system,
    code,
    display
from stage.observation_interpretation_coding
union all
select
    observation_id as resource_id,
    'category' as element,
    null as component_number,
    system,
    code,
    display
from stage.observation_category_coding
union all
select
    observation_id as resource_id,
    'component' as element,
    component_number,
    system,
    code,
    display
from stage.observation_component
union all
select distinct
    observation_id as resource_id,
    'component_value' as element,
    component_number,
    value_system as system,
    value_code as code,
    value_display as display
from stage.observation_component
union all
select
    observation.observation_id as resource_id,
    'absent' as element,
    null as component_number,
    reasons.system,
    observation.absent_reason as code,
    null as display
from stage.observation as observation
left join ref.result_values as reasons
    on
        observation.absent_reason = reasons.code
        and reasons.element = 'dataAbsentReason'
where observation.absent_reason is not null
