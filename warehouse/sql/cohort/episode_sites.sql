-- cohort.episode_sites
-- Grain: one episode or listed row, with its sites.
-- Rule: every site of its evidence; `unknown` only if there is no other; `disseminated` with two non-contiguous sites,
-- blood and the line site never being one of them (docs/definitions.md#bmt-ctn-grade). No dates.
with

named as (
    select distinct
        members.patient_id,
        members.group_key,
        unnest(members.sites) as site
    from cohort.episode_members as members
),

counted as (
    select
        named.patient_id,
        named.group_key,
        list(named.site order by named.site) filter (where named.site <> 'unknown') as known_sites,
        count(distinct sites.contiguity_group) filter (where sites.counts_for_dissemination) as far_sites
    from named
    left join ref.sites as sites
        on named.site = sites.site
    group by named.patient_id, named.group_key
)

select
    patient_id,
    group_key,
    list_sort(list_distinct(list_concat(
        coalesce(known_sites, ['unknown']),
        case when far_sites >= 2 then ['disseminated'] else cast([] as varchar[]) end
    ))) as sites
from counted
