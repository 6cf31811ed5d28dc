-- cohort.sepsis_links
-- Grain: one sepsis code without organism that attaches to an open episode.
-- Rule: any episode open from 3 days before its onset to 14 days after its last evidence, whatever the site
-- (docs/definitions.md#joining-coded-and-cultured-evidence). Equal site first, then the most recent onset.
-- Hospital-local dates, both ends.
select
    conditions.resource_id,
    conditions.patient_id,
    episodes.group_key,
    'attached' as join_rule
from cohort.event_conditions as conditions
inner join cohort.open_episodes as episodes
    on conditions.patient_id = episodes.patient_id
cross join ref.protocol as protocol
where
    conditions.step = 'sepsis'
    and conditions.resource_id not in (select links.resource_id from cohort.condition_links as links)
    and conditions.to_on >= episodes.onset_on - protocol.join_before_days
    and conditions.from_on <= episodes.last_on + protocol.join_after_days
qualify row_number() over (
    partition by conditions.resource_id
    order by
        list_has_any(conditions.fitting_sites, episodes.sites) desc,
        episodes.onset_on desc,
        episodes.group_key desc
) = 1
