-- cohort.standing_episodes
-- Grain: one episode that qualifies, sepsis codes that stand alone included.
-- Rule: what severity and add-on codes attach to, and what keeps a fever from being of unknown origin
-- (docs/definitions.md#joining-coded-and-cultured-evidence). Hospital-local dates.
select
    patient_id,
    group_key,
    onset_on,
    last_on,
    sites
from cohort.open_episodes
union all
select
    patient_id,
    group_key,
    min(from_on) as onset_on,
    max(from_on) as last_on,
    flatten(list(sites order by resource_id)) as sites
from cohort.sepsis_groups
group by patient_id, group_key
