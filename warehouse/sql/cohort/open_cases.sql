-- cohort.open_cases
-- Grain: one case of a cohort member that a person must decide: an episode, or a death.
-- Rule: a questioned episode; a death up to the last day of the windows whose cause is only probable, or whose records
-- disagree (docs/definitions.md#verdicts). A death is decided on the last counted episode before it, which may be none.
-- `case_on` and `case_day` (from day 0) are those of the onset or of the death. Hospital-local dates.
with

last_episodes as (
    select
        episodes.patient_id,
        arg_max(episodes.episode_id, (episodes.onset_on, episodes.episode_id)) as episode_id
    from cohort.issued_episodes as episodes
    inner join cohort.deaths as deaths
        on episodes.patient_id = deaths.patient_id
    where
        episodes.counted
        and coalesce(episodes.onset_on <= deaths.died_on, true)
    group by episodes.patient_id
)

select
    'episode' as kind,
    episode_id,
    patient_id,
    course_number,
    onset_on as case_on,
    onset_day as case_day,
    reason
from cohort.questioned_episodes
union all
select
    'death' as kind,
    last_episodes.episode_id,
    members.patient_id,
    members.course_number,
    deaths.died_on as case_on,
    cast(deaths.died_on - members.day0_on as integer) as case_day,
    questions.reason
from cohort.death_questions as questions
inner join cohort.deaths as deaths
    on questions.patient_id = deaths.patient_id
inner join cohort.cohort_members as members
    on questions.patient_id = members.patient_id
cross join ref.protocol as protocol
left join last_episodes
    on questions.patient_id = last_episodes.patient_id
where coalesce(deaths.died_on - members.day0_on <= protocol.late_last_day, true)
