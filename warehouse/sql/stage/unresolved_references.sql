-- stage.unresolved_references
-- Grain: one row per resource type, element and way in which references there lead to no current resource, with a
-- count.
-- Rule: a reference resolves or is counted (docs/definitions.md#raw): target_absent is an id that no current resource
-- has, the other ways are those of stage.keyless_references. No times.
select
    resource_type,
    element,
    way,
    count(*) as reference_count
from stage.keyless_references
group by resource_type, element, way
union all
select
    resource_type,
    element,
    'target_absent' as way,
    reference_count
from stage.absent_clinical
union all
select
    resource_type,
    element,
    'target_absent' as way,
    reference_count
from stage.absent_diagnostic
order by resource_type, element, way
