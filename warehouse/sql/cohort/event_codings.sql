-- cohort.event_codings
-- Grain: one row per coding as recorded of a condition, procedure, encounter, specimen or report.
-- Rule: every coding is looked at, not the first one (docs/definitions.md#codes). No times here.
select
    'Condition' as resource_type,
    condition_id as resource_id,
    'code' as element,
    system,
    code,
    display
from stage.condition_coding
union all
select
    'Procedure' as resource_type,
    procedure_id as resource_id,
    'code' as element,
    system,
    code,
    display
from stage.procedure_coding
union all
select
    'Encounter' as resource_type,
    encounter_id as resource_id,
    'class' as element,
    class_system as system,
    class_code as code,
    cast(null as varchar) as display
from stage.encounter
union all
select
    'Encounter' as resource_type,
    encounter_id as resource_id,
    'discharge' as element,
    system,
    code,
    display
from stage.encounter_discharge_coding
union all
select
    'Specimen' as resource_type,
    specimen_id as resource_id,
    'type' as element,
    system,
    code,
    display
from stage.specimen_type_coding
union all
select
    'DiagnosticReport' as resource_type,
    diagnostic_report_id as resource_id,
    'code' as element,
    system,
    code,
    display
from stage.diagnostic_report_coding
union all
select
    'DiagnosticReport' as resource_type,
    diagnostic_report_id as resource_id,
    'conclusion' as element,
    system,
    code,
    display
from stage.diagnostic_report_conclusion_coding
