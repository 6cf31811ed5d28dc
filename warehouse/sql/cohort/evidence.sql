-- cohort.evidence
-- Grain: one resource version as evidence of an episode or listed row, or excluded from all (episode_id NULL).
-- Rule: every figure leads back to the resources that made it; excluded ones carry their fixed key
-- (docs/definitions.md#counted-and-listed). `evidence_hash` is that of the episode, of an exclusion its own. No dates.
select
    core.episode_id,
    coalesce(
        core.evidence_hash,
        sha256(concat_ws(
            '|', items.resource_type, items.resource_id, coalesce(items.version_id, ''), items.role, items.reason
        ))
    ) as evidence_hash,
    items.patient_id,
    items.resource_type,
    items.resource_id,
    items.version_id,
    items.role,
    items.reason
from cohort.evidence_items as items
left join cohort.episode_core as core
    on
        items.patient_id = core.patient_id
        and items.group_key = core.group_key
