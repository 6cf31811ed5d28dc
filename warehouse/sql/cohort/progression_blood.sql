-- cohort.progression_blood
-- Grain: one look-back episode and day of a blood culture newly positive after a negative set (criterion c).
-- Rule: the negative set was collected since the last positive of the episode (docs/definitions.md#progression).
-- On one day the times decide; without times a set of the same day proves nothing. Hospital-local dates.
with

returned as (
    select
        episodes.patient_id,
        episodes.course_number,
        episodes.group_key,
        members.evidence_on,
        members.evidence_at,
        max(earlier.evidence_on) as last_on,
        max_by(earlier.evidence_at, (earlier.evidence_on, earlier.evidence_at)) as last_at
    from cohort.look_back_episodes as episodes
    inner join cohort.episode_members as members
        on
            episodes.patient_id = members.patient_id
            and episodes.group_key = members.group_key
            and episodes.day0_on <= members.evidence_on
            and episodes.watched_until_on >= members.evidence_on
            and members.documents = 'MDI_BSI'
            and members.join_rule = 'same_organism'
    inner join cohort.episode_members as earlier
        on
            members.patient_id = earlier.patient_id
            and members.group_key = earlier.group_key
            and members.evidence_on > earlier.evidence_on
            and earlier.result_key is not null
    group by
        episodes.patient_id, episodes.course_number, episodes.group_key, members.evidence_on, members.evidence_at
)

select distinct
    returned.patient_id,
    returned.course_number,
    returned.group_key,
    returned.evidence_on as met_on
from returned
inner join cohort.micro_results as negatives
    on returned.patient_id = negatives.patient_id
where
    negatives.outcome = 'negative'
    and coalesce(negatives.reason, 'negative') = 'negative'
    and negatives.kind = 'culture'
    and negatives.site = 'blood'
    and (
        negatives.collected_on > returned.last_on
        or (negatives.collected_on = returned.last_on and negatives.collected_at > returned.last_at)
    )
    and (
        negatives.collected_on < returned.evidence_on
        or (negatives.collected_on = returned.evidence_on and negatives.collected_at < returned.evidence_at)
    )
