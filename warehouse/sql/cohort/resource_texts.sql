-- cohort.resource_texts
-- Grain: one row per text element of a condition, procedure, observation, encounter, specimen or report.
-- Rule: the text of a concept stands beside its codings and is read by text rules only
-- (docs/definitions.md#text-rules). No times here.
select
    'Condition' as resource_type,
    condition_id as resource_id,
    'code' as element,
    code_text as text
from stage.condition
union all
select
    'Procedure' as resource_type,
    procedure_id as resource_id,
    'code' as element,
    code_text as text
from stage.procedure
union all
select
    'Observation' as resource_type,
    observation_id as resource_id,
    element,
    text
from stage.observation
unpivot (text for element in (code_text as code, value_string as value))
union all
select
    'Observation' as resource_type,
    observation_id as resource_id,
    'value' as element,
    value_text as text
from stage.observation
union all
select
    'Observation' as resource_type,
    observation_id as resource_id,
    element,
    text
from stage.observation_component
unpivot (text for element in (code_text as component, value_string as component_value))
union all
select
    'Encounter' as resource_type,
    encounter_id as resource_id,
    'discharge' as element,
    discharge_text as text
from stage.encounter
union all
select
    'Encounter' as resource_type,
    encounter_id as resource_id,
    'location' as element,
    location_display as text
from stage.encounter_location
union all
select
    'Specimen' as resource_type,
    specimen_id as resource_id,
    'type' as element,
    type_text as text
from stage.specimen
union all
select
    'DiagnosticReport' as resource_type,
    diagnostic_report_id as resource_id,
    element,
    text
from stage.diagnostic_report
unpivot (text for element in (code_text as code, conclusion as conclusion))
