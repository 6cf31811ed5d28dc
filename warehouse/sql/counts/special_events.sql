-- counts.special_events
-- Grain: one row per stratum, window and kind of event that has a row of its own, also where nothing happened.
-- Rule: C. difficile is counted and stands in its class too; untreated DNAemia, HBV reactivation and fungal candidates
-- are listed and not counted (docs/definitions.md#figures). No times here.
with

kinds as (
    select
        kinds.measure,
        kinds.kind
    from (
        values
        ('infection_events', 'c_difficile'),
        ('listed_events', 'dnaemia_not_treated'),
        ('listed_events', 'hbv_reactivation'),
        ('listed_events', 'fungal_candidate')
    ) as kinds (measure, kind)
),

toxigenic as (
    select distinct
        labels.patient_id,
        labels.group_key
    from cohort.episode_labels as labels
    inner join cohort.organisms as organisms on list_contains(labels.organism_codes, organisms.organism_code)
    where organisms.recurrence_group = 'c_difficile'
),

found as (
    select
        members.person_key,
        episodes.window_name,
        coalesce(episodes.not_counted_reason, 'c_difficile') as kind
    from cohort.cohort_members as members
    inner join cohort.episode_core as episodes
        on
            members.patient_id = episodes.patient_id
            and members.course_number = episodes.course_number
    left join toxigenic
        on
            episodes.patient_id = toxigenic.patient_id
            and episodes.group_key = toxigenic.group_key
    where
        (episodes.qualifies and episodes.not_counted_reason is null and toxigenic.patient_id is not null)
        or episodes.not_counted_reason in ('dnaemia_not_treated', 'hbv_reactivation', 'fungal_candidate')
)

select
    kinds.measure,
    strata.stratum,
    windows.window_name,
    kinds.kind,
    count(found.person_key) as events,
    count(distinct found.person_key) as patients
from counts.strata as strata
cross join ref.windows as windows
cross join kinds
left join found
    on
        strata.person_key = found.person_key
        and windows.window_name = found.window_name
        and kinds.kind = found.kind
group by kinds.measure, strata.stratum, windows.window_name, kinds.kind
