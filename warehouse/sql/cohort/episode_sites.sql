-- cohort.episode_sites
-- Grain: one episode or listed row, with its sites.
-- Rule: every site of its evidence; `unknown` only if there is no other; `disseminated` with two non-contiguous sites,
-- blood and the line site never being one of them (docs/definitions.md#axes); a code of the airways in
-- general yields to the lower ones. No dates.
with

lower_airways as (
    select distinct
        patient_id,
        group_key
    from cohort.episode_members
    where list_contains(sites, 'lower_resp')
),

vague as (
    select
        patient_id,
        group_key,
        resource_id
    from cohort.condition_members
    where fits_any_airway
),

named as (
    select distinct
        members.patient_id,
        members.group_key,
        unnest(members.sites) as site
    from cohort.episode_members as members
    left join vague
        on
            members.patient_id = vague.patient_id
            and members.group_key = vague.group_key
            and members.resource_id = vague.resource_id
    left join lower_airways
        on
            members.patient_id = lower_airways.patient_id
            and members.group_key = lower_airways.group_key
    where
        vague.resource_id is null
        or lower_airways.group_key is null
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
