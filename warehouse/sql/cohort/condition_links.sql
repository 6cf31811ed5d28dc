-- cohort.condition_links
-- Grain: one Condition that belongs to an episode of results because it made a culture count or names its organism.
-- Rule: qualify first, then join; a named organism joins from 3 days before onset to 14 days after the last positive
-- or to the end of the recurrence interval (docs/definitions.md#joining-coded-and-cultured-evidence).
-- A code that names only a group which matches nothing ("Gram-negative") joins as one without organism.
-- Equal site first, then the most recent onset. Hospital-local dates, both ends.
with

supporting as (
    select distinct
        results.supporting_condition_id as resource_id,
        groups.patient_id,
        'result-' || groups.episode_number as group_key
    from cohort.result_groups as groups
    inner join cohort.episode_results as results
        on groups.result_key = results.result_key
    where results.supporting_condition_id is not null
),

candidates as (
    select
        supporting.resource_id,
        supporting.patient_id,
        supporting.group_key,
        'supporting' as join_rule
    from supporting
    union all
    select
        conditions.resource_id,
        conditions.patient_id,
        episodes.group_key,
        'organism' as join_rule
    from cohort.event_conditions as conditions
    inner join cohort.result_episodes as episodes
        on
            conditions.patient_id = episodes.patient_id
            and list_has_any(conditions.matching_organisms, episodes.organisms)
    cross join ref.protocol as protocol
    where
        conditions.step = 'organism'
        and conditions.to_on >= episodes.onset_on - protocol.join_before_days
        and conditions.from_on
        <= episodes.last_on + greatest(protocol.join_after_days, coalesce(episodes.interval_days, 0) - 1)
    union all
    select
        conditions.resource_id,
        conditions.patient_id,
        episodes.group_key,
        'organism' as join_rule
    from cohort.event_conditions as conditions
    inner join cohort.result_episodes as episodes
        on
            conditions.patient_id = episodes.patient_id
            and episodes.qualifies
    cross join ref.protocol as protocol
    where
        conditions.step = 'organism'
        and len(conditions.matching_organisms) = 0
        and conditions.to_on >= episodes.onset_on - protocol.join_before_days
        and conditions.from_on <= episodes.last_on + protocol.join_after_days
        and (
            list_has_any(conditions.fitting_sites, episodes.sites)
            or list_has_any(list_concat(conditions.fitting_sites, episodes.sites), ['blood', 'unknown', 'line_site'])
        )
)

select
    candidates.resource_id,
    candidates.patient_id,
    candidates.group_key,
    candidates.join_rule
from candidates
inner join cohort.event_conditions as conditions
    on candidates.resource_id = conditions.resource_id
inner join cohort.result_episodes as episodes
    on
        candidates.patient_id = episodes.patient_id
        and candidates.group_key = episodes.group_key
qualify row_number() over (
    partition by candidates.resource_id
    order by
        candidates.join_rule = 'supporting' desc,
        list_has_any(conditions.fitting_sites, episodes.sites) desc,
        episodes.onset_on desc,
        candidates.group_key desc
) = 1
