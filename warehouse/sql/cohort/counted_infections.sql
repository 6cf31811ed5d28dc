-- cohort.counted_infections
-- Grain: one row per counted episode of a cohort member and label: 'all' and its one headline label.
-- Rule: an episode with bacteria and fungi stands once, under the label that comes first, so that the rows of a table
-- add up; severe = the highest BMT CTN grade up to day 90 reaches the threshold
-- (docs/definitions.md#figures, D30). Days from day 0.
with

counted as (
    select
        members.person_key,
        members.stratum,
        episodes.episode_id,
        episodes.window_name,
        episodes.onset_day,
        episodes.before_infusion,
        coalesce(episodes.severity_grade >= protocol.severe_grade, false) as is_severe,
        coalesce(episodes.headline_label, 'unknown') as headline_label
    from cohort.cohort_members as members
    inner join cohort.episodes as episodes
        on
            members.patient_id = episodes.patient_id
            and members.course_number = episodes.course_number
    cross join ref.protocol as protocol
    where episodes.counted
)

select
    person_key,
    stratum,
    episode_id,
    window_name,
    onset_day,
    before_infusion,
    is_severe,
    'all' as label
from counted
union all
select
    person_key,
    stratum,
    episode_id,
    window_name,
    onset_day,
    before_infusion,
    is_severe,
    headline_label as label
from counted
