-- cohort.first_signs
-- Grain: one episode with a sign on or before its onset.
-- Rule: earliest Condition onset or fever within 3 days before the onset, an attribute that moves nothing
-- (docs/definitions.md#onset). Hospital-local dates, both ends.
with

signs as (
    select
        groups.patient_id,
        groups.group_key,
        members.evidence_on as sign_on,
        groups.onset_on
    from cohort.episode_groups as groups
    inner join cohort.episode_members as members
        on
            groups.patient_id = members.patient_id
            and groups.group_key = members.group_key
            and members.result_key is null
    union all
    select
        groups.patient_id,
        groups.group_key,
        fevers.fever_on as sign_on,
        groups.onset_on
    from cohort.episode_groups as groups
    inner join cohort.fever_days as fevers
        on groups.patient_id = fevers.patient_id
)

select
    signs.patient_id,
    signs.group_key,
    min(signs.sign_on) as first_sign_on
from signs
cross join ref.protocol as protocol
where signs.onset_on - signs.sign_on between 0 and protocol.first_sign_days
group by signs.patient_id, signs.group_key
