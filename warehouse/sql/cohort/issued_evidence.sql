-- cohort.issued_evidence
-- Grain: one resource version behind an issued episode, in one role.
-- Rule: the evidence of the episode; `dates` = the specimen that dates a result, `day_zero` = the infusions that began
-- its course (docs/definitions.md#changes). `evidence_on` is the day that the evidence speaks of. Hospital-local dates.
with

member_days as (
    select
        resource_type,
        resource_id,
        min(evidence_on) as evidence_on
    from cohort.episode_members
    group by resource_type, resource_id
),

behind as (
    select
        evidence.episode_id,
        evidence.resource_type,
        evidence.resource_id,
        evidence.role,
        evidence.reason,
        days.evidence_on
    from cohort.evidence as evidence
    left join member_days as days
        on
            evidence.resource_type = days.resource_type
            and evidence.resource_id = days.resource_id
    union
    select
        evidence.episode_id,
        'Specimen' as resource_type,
        results.specimen_id as resource_id,
        'dates' as role,
        'specimen' as reason,
        results.collected_on as evidence_on
    from cohort.evidence as evidence
    inner join cohort.micro_results as results
        on
            evidence.resource_type = results.resource_type
            and evidence.resource_id = results.resource_id
    where results.specimen_id is not null
    union
    select
        episodes.episode_id,
        infusions.resource_type,
        infusions.resource_id,
        'day_zero' as role,
        'infusion' as reason,
        infusions.infused_on as evidence_on
    from cohort.issued_episodes as episodes
    inner join cohort.courses as courses
        on
            episodes.patient_id = courses.patient_id
            and episodes.course_number = courses.course_number
    inner join cohort.infusions as infusions
        on
            courses.patient_id = infusions.patient_id
            and courses.day0_on = infusions.infused_on
)

select
    behind.episode_id,
    behind.resource_type,
    behind.resource_id,
    resources.version_id,
    behind.role,
    behind.reason,
    min(behind.evidence_on) as evidence_on
from behind
inner join cohort.issued_episodes as episodes
    on behind.episode_id = episodes.episode_id
inner join stage.resources as resources
    on
        behind.resource_type = resources.resource_type
        and behind.resource_id = resources.resource_id
group by
    behind.episode_id, behind.resource_type, behind.resource_id, resources.version_id, behind.role, behind.reason
