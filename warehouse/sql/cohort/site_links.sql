-- cohort.site_links
-- Grain: one Condition without organism that joins an episode with one.
-- Rule: equal sites, or one of the two blood, unknown or line_site, from 3 days before onset to 14 days after the last
-- positive (docs/definitions.md#joining-coded-and-cultured-evidence). Equal site first, then the most recent onset.
-- Hospital-local dates, both ends.
select
    conditions.resource_id,
    conditions.patient_id,
    episodes.group_key,
    'site' as join_rule
from cohort.event_conditions as conditions
inner join cohort.organism_episodes as episodes
    on conditions.patient_id = episodes.patient_id
cross join ref.protocol as protocol
where
    conditions.step = 'site'
    and conditions.resource_id not in (select links.resource_id from cohort.condition_links as links)
    and conditions.to_on >= episodes.onset_on - protocol.join_before_days
    and conditions.from_on <= episodes.last_on + protocol.join_after_days
    and (
        list_has_any(conditions.fitting_sites, episodes.sites)
        or list_has_any(list_concat(conditions.fitting_sites, episodes.sites), ['blood', 'unknown', 'line_site'])
    )
qualify row_number() over (
    partition by conditions.resource_id
    order by
        list_has_any(conditions.fitting_sites, episodes.sites) desc,
        episodes.onset_on desc,
        episodes.group_key desc
) = 1
