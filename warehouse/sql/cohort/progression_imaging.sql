-- cohort.progression_imaging
-- Grain: one look-back episode and day of an image of its site coded as worse (criterion e).
-- Rule: at least imaging_days after the baseline, the first image of that site since 3 days before the onset
-- (docs/definitions.md#progression). A human verdict is the other way to e. Hospital-local dates.
with

of_the_site as (
    select
        episodes.patient_id,
        episodes.course_number,
        episodes.group_key,
        episodes.day0_on,
        episodes.watched_until_on,
        records.site,
        records.imaged_on,
        records.is_worse,
        min(records.imaged_on) over (
            partition by episodes.patient_id, episodes.course_number, episodes.group_key, records.site
        ) as baseline_on
    from cohort.look_back_episodes as episodes
    inner join cohort.episode_sites as sites
        on
            episodes.patient_id = sites.patient_id
            and episodes.group_key = sites.group_key
    cross join ref.protocol as protocol
    inner join cohort.imaging_records as records
        on
            episodes.patient_id = records.patient_id
            and list_contains(sites.sites, records.site)
            and records.imaged_on >= episodes.onset_on - protocol.join_before_days
)

select distinct
    of_the_site.patient_id,
    of_the_site.course_number,
    of_the_site.group_key,
    of_the_site.imaged_on as met_on
from of_the_site
cross join ref.protocol as protocol
where
    of_the_site.is_worse
    and of_the_site.imaged_on between of_the_site.day0_on and of_the_site.watched_until_on
    and of_the_site.imaged_on - of_the_site.baseline_on >= protocol.imaging_days
