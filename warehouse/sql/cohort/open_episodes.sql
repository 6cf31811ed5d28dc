-- cohort.open_episodes
-- Grain: one episode that qualifies by a result or by a code that attaches to nothing.
-- Rule: what sepsis, severity and add-on codes can attach to (docs/definitions.md#joining-coded-and-cultured-evidence).
-- Hospital-local dates.
select
    patient_id,
    group_key,
    onset_on,
    last_on,
    sites
from cohort.organism_episodes
union all
select
    patient_id,
    group_key,
    min(from_on) as onset_on,
    max(from_on) as last_on,
    flatten(list(sites order by resource_id)) as sites
from cohort.clinical_groups
group by patient_id, group_key
