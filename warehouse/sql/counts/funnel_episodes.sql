-- counts.funnel_episodes
-- Grain: one row per step and reason of what was found in cohort members.
-- Rule: 1 results and diagnoses that are no evidence, by reason; 2 those that are; 3 those of them that joined an
-- infection or row that another one had opened; 4 infections and listed rows; 5 listed rows, by reason; 6 counted
-- infections. 4 = 5 + 6; keys are never reworded (docs/definitions.md#counted-and-listed). No times here.
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
        episodes.episode_id,
        episodes.counted,
        episodes.not_counted_reason
    from cohort.episodes as episodes
    inner join cohort.cohort_members as members
        on
            episodes.patient_id = members.patient_id
            and episodes.course_number = members.course_number
),

behind as (
    select
        found.episode_id,
        count(distinct sources.resource) as resources
    from found
    inner join sources on found.episode_id = sources.episode_id
    group by found.episode_id
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
    count(distinct sources.resource) as rows_count
from found
inner join sources on found.episode_id = sources.episode_id
union all
select
    3 as step_number,
    cast(null as varchar) as reason,
    cast(coalesce(sum(resources - 1), 0) as bigint) as rows_count
from behind
union all
select
    4 as step_number,
    cast(null as varchar) as reason,
    count(*) as rows_count
from found
union all
select
    5 as step_number,
    not_counted_reason as reason,
    count(*) as rows_count
from found
where not counted
group by not_counted_reason
union all
select
    6 as step_number,
    cast(null as varchar) as reason,
    count(*) as rows_count
from found
where counted
