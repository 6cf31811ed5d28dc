-- cohort.questioned_episodes
-- Grain: one issued episode that waits for a verdict, with the reason.
-- Rule: listed for a verdict, or counted by nothing but codes for review, and neither confirmed nor rejected on its
-- evidence (docs/definitions.md#verdicts). Hospital-local dates, `onset_day` from day 0.
with

reviewed as (
    select
        members.patient_id,
        members.group_key
    from cohort.episode_members as members
    left join cohort.coded_evidence as conditions
        on
            members.resource_type = 'Condition'
            and members.resource_id = conditions.resource_id
    where members.reason is null
    group by members.patient_id, members.group_key
    having bool_and(coalesce(conditions.review, false))
)

select
    episodes.episode_id,
    episodes.patient_id,
    episodes.course_number,
    episodes.onset_on,
    episodes.onset_day,
    coalesce(episodes.not_counted_reason, 'code_for_review') as reason
from cohort.issued_episodes as episodes
inner join cohort.episode_core as core
    on episodes.episode_id = core.episode_id
left join reviewed
    on
        core.patient_id = reviewed.patient_id
        and core.group_key = reviewed.group_key
left join cohort.not_counted_reasons as keys
    on episodes.not_counted_reason = keys.reason
left join cohort.verdicts as verdicts
    on
        episodes.episode_id = verdicts.episode_id
        and episodes.evidence_hash = verdicts.evidence_hash
where
    episodes.window_name is not null
    and verdicts.verdict is null
    and (keys.needs_verdict or (episodes.counted and reviewed.group_key is not null))
