-- cohort.progression_sites
-- Grain: one look-back episode and day on which its organism turned up at a new site (criterion b).
-- Rule: a site not seen before in the episode that is normally sterile or not contiguous with the earlier ones; blood
-- and the line site have no neighbours, they make nothing non-contiguous (docs/definitions.md#progression).
-- The recurrence interval is kept by what belongs to the episode at all. Hospital-local dates.
with

arrivals as (
    select
        episodes.patient_id,
        episodes.course_number,
        episodes.group_key,
        members.result_key,
        members.evidence_on,
        members.sites[1] as site,
        members.sterile,
        list_distinct(flatten(list(earlier.sites order by earlier.resource_type, earlier.resource_id)))
            as earlier_sites
    from cohort.look_back_episodes as episodes
    inner join cohort.episode_members as members
        on
            episodes.patient_id = members.patient_id
            and episodes.group_key = members.group_key
            and episodes.day0_on <= members.evidence_on
            and episodes.watched_until_on >= members.evidence_on
    inner join cohort.episode_members as earlier
        on
            members.patient_id = earlier.patient_id
            and members.group_key = earlier.group_key
            and members.evidence_on > earlier.evidence_on
    where
        members.result_key is not null
        and members.join_rule = 'same_organism'
        and len(members.sites) > 0
    group by
        episodes.patient_id, episodes.course_number, episodes.group_key,
        members.result_key, members.evidence_on, members.sites, members.sterile
),

compared as (
    select
        arrivals.*,
        own.contiguity_group is not null
        and exists (
            select 1
            from ref.sites as sites
            where list_contains(arrivals.earlier_sites, sites.site) and sites.contiguity_group is not null
        )
        and not exists (
            select 1
            from ref.sites as sites
            where
                list_contains(arrivals.earlier_sites, sites.site)
                and sites.contiguity_group = own.contiguity_group
        ) as is_far
    from arrivals
    inner join ref.sites as own
        on arrivals.site = own.site
    where not list_contains(arrivals.earlier_sites, arrivals.site)
)

select distinct
    patient_id,
    course_number,
    group_key,
    evidence_on as met_on
from compared
where sterile or is_far
