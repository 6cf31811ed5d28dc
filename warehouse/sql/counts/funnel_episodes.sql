-- counts.funnel_episodes
-- Grain: one row per step and reason of what was found in cohort members.
-- Rule: 1 evidence that is none, by reason; 2 evidence that supports an episode or listed row; 3 listed rows, by
-- reason; 4 counted episodes; keys are never reworded (docs/definitions.md#counted-and-listed). No times here.
with

sources as (
    select
        evidence.episode_id,
        evidence.role,
        evidence.reason,
        evidence.resource_type || '/' || evidence.resource_id as resource
    from cohort.evidence as evidence
    inner join cohort.cohort_members as members on evidence.patient_id = members.patient_id
),

found as (
    select
        episodes.counted,
        episodes.not_counted_reason
    from cohort.episodes as episodes
    inner join cohort.cohort_members as members
        on
            episodes.patient_id = members.patient_id
            and episodes.course_number = members.course_number
)

select
    1 as step_number,
    reason,
    count(distinct resource) as rows_count
from sources
where
    role = 'excluded'
    and episode_id is null
group by reason
union all
select
    2 as step_number,
    cast(null as varchar) as reason,
    count(distinct resource) as rows_count
from sources
where episode_id is not null
union all
select
    3 as step_number,
    not_counted_reason as reason,
    count(*) as rows_count
from found
where not counted
group by not_counted_reason
union all
select
    4 as step_number,
    cast(null as varchar) as reason,
    count(*) as rows_count
from found
where counted
