-- cohort.micro_relatives
-- Grain: one row per microbiology result and resource that can lend it specimen, time or test, itself included.
-- Rule: an Observation looks to itself, then up; a report to itself, then to its results
-- (docs/definitions.md#microbiology-results). distance 0 = itself, 9 = a result of the report. No dates.
select
    resource_type,
    resource_id,
    resource_type as relative_type,
    resource_id as relative_id,
    0 as distance
from cohort.micro_resources
union all
select
    resources.resource_type,
    resources.resource_id,
    ancestors.ancestor_type as relative_type,
    ancestors.ancestor_id as relative_id,
    ancestors.distance
from cohort.micro_resources as resources
inner join cohort.micro_ancestors as ancestors
    on resources.resource_type = 'Observation' and resources.resource_id = ancestors.resource_id
union all
select
    resources.resource_type,
    resources.resource_id,
    'Observation' as relative_type,
    ancestors.resource_id as relative_id,
    9 as distance
from cohort.micro_resources as resources
inner join cohort.micro_ancestors as ancestors
    on resources.resource_type = ancestors.ancestor_type and resources.resource_id = ancestors.ancestor_id
where resources.resource_type = 'DiagnosticReport'
