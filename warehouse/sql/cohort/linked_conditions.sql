-- cohort.linked_conditions
-- Grain: one Condition that belongs to an episode.
-- Rule: the steps of joining, one link for each Condition (docs/definitions.md#joining-coded-and-cultured-evidence).
-- No dates.
select
    resource_id,
    patient_id,
    group_key,
    join_rule
from cohort.condition_links
union all
select
    resource_id,
    patient_id,
    'named-' || episode_number as group_key,
    'named' as join_rule
from cohort.named_groups
union all
select
    resource_id,
    patient_id,
    group_key,
    join_rule
from cohort.site_links
union all
select
    resource_id,
    patient_id,
    group_key,
    'clinical' as join_rule
from cohort.clinical_groups
union all
select
    resource_id,
    patient_id,
    group_key,
    join_rule
from cohort.sepsis_links
union all
select
    resource_id,
    patient_id,
    group_key,
    'sepsis' as join_rule
from cohort.sepsis_groups
union all
select
    resource_id,
    patient_id,
    group_key,
    join_rule
from cohort.marker_links
