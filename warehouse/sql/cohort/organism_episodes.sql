-- cohort.organism_episodes
-- Grain: one episode with an organism, from results or from a code, that a Condition without organism may join.
-- Rule: only episodes that qualify are joined (docs/definitions.md#joining-coded-and-cultured-evidence).
-- `sites` holds those of the results and of the Conditions that belong to it already. Hospital-local dates.
with

coded_sites as (
    select
        links.patient_id,
        links.group_key,
        flatten(list(conditions.sites order by conditions.resource_id)) as sites
    from cohort.condition_links as links
    inner join cohort.event_conditions as conditions
        on links.resource_id = conditions.resource_id
    group by links.patient_id, links.group_key
)

select
    episodes.patient_id,
    episodes.group_key,
    episodes.onset_on,
    episodes.last_on,
    list_concat(episodes.sites, coded_sites.sites) as sites
from cohort.result_episodes as episodes
left join coded_sites
    on
        episodes.patient_id = coded_sites.patient_id
        and episodes.group_key = coded_sites.group_key
where episodes.qualifies
union all
select
    groups.patient_id,
    'named-' || groups.episode_number as group_key,
    min(conditions.from_on) as onset_on,
    max(conditions.from_on) as last_on,
    flatten(list(conditions.sites order by conditions.resource_id)) as sites
from cohort.named_groups as groups
inner join cohort.named_conditions as conditions
    on groups.resource_id = conditions.resource_id
group by groups.patient_id, groups.episode_number
