-- cohort.counted_infections
-- Grain: one row per counted episode of a cohort member and label: 'all' and each headline label of its classes.
-- Rule: an episode with bacteria and fungi stands once under each label and once under 'all'
-- (docs/definitions.md#figures, D30). Days from day 0.
with

counted as (
    select
        members.person_key,
        members.stratum,
        episodes.episode_id,
        episodes.window_name,
        episodes.onset_day,
        episodes.infection_class
    from cohort.cohort_members as members
    inner join cohort.episodes as episodes
        on
            members.patient_id = episodes.patient_id
            and members.course_number = episodes.course_number
    where episodes.counted
),

classed as (
    select
        person_key,
        stratum,
        episode_id,
        window_name,
        onset_day,
        unnest(infection_class) as infection_class
    from counted
)

select
    person_key,
    stratum,
    episode_id,
    window_name,
    onset_day,
    'all' as label
from counted
union
select
    classed.person_key,
    classed.stratum,
    classed.episode_id,
    classed.window_name,
    classed.onset_day,
    coalesce(classes.headline_label, 'unknown') as label
from classed
left join ref.infection_classes as classes on classed.infection_class = classes.infection_class
