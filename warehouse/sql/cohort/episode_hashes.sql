-- cohort.episode_hashes
-- Grain: one episode or listed row, with the hash of its evidence.
-- Rule: a human decision holds for the evidence as it stood: resource versions, role and reason, sorted
-- (docs/definitions.md#counted-and-listed). No dates.
select
    patient_id,
    group_key,
    sha256(string_agg(
        concat_ws('|', resource_type, resource_id, coalesce(version_id, ''), role, reason), ';'
        order by resource_type asc, resource_id asc, version_id asc, role asc, reason asc
    )) as evidence_hash
from cohort.evidence_items
where group_key is not null
group by patient_id, group_key
