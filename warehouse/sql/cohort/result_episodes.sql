-- cohort.result_episodes
-- Grain: one episode made of results.
-- Rule: open from its first qualifying positive to its last positive (docs/definitions.md#recurrence);
-- one without any qualifying result is an untreated DNAemia, listed only. Hospital-local dates.
select
    groups.patient_id,
    groups.episode_number,
    'result-' || groups.episode_number as group_key,
    bool_or(results.qualifies) as qualifies,
    coalesce(min(results.collected_on) filter (where results.qualifies), min(results.collected_on)) as onset_on,
    max(results.collected_on) as last_on,
    max(results.interval_days) as interval_days,
    list(distinct results.organism_code order by results.organism_code) filter (where results.organism_code is not null)
        as organisms,
    list(distinct results.site order by results.site) filter (where results.qualifies) as sites
from cohort.result_groups as groups
inner join cohort.episode_results as results
    on groups.result_key = results.result_key
group by groups.patient_id, groups.episode_number
