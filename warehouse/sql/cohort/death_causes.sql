-- cohort.death_causes
-- Grain: one patient who died.
-- Rule: infection if any recorded cause is one, other for any other cause or CRS or ICANS of the highest grade,
-- probable_infection while a counted episode is active, else unknown (docs/definitions.md#death).
-- `by_text` = only words, no code, say infection. Hospital-local dates; gaps are whole days.
with

recorded as (
    select
        patient_id,
        bool_or(is_infection) as is_infection,
        bool_and(by_text) filter (where is_infection) as by_text
    from cohort.death_cause_items
    group by patient_id
),

fatal_toxicity as (
    select distinct patient_id
    from cohort.toxicity_grades
    where grade = 5
),

active as (
    select distinct deaths.patient_id
    from cohort.deaths as deaths
    inner join cohort.episode_core as episodes
        on deaths.patient_id = episodes.patient_id
    cross join ref.protocol as protocol
    left join cohort.episode_treatments as treatments
        on
            episodes.patient_id = treatments.patient_id
            and episodes.group_key = treatments.group_key
            and deaths.died_on >= treatments.start_on
    where
        episodes.qualifies
        and episodes.not_counted_reason is null
        and episodes.onset_on <= deaths.died_on
        and least(deaths.died_on - episodes.last_on, deaths.died_on - treatments.last_on)
        <= protocol.death_active_days
),

judged as (
    select distinct
        patient_id,
        judged_death
    from cohort.episode_core
    where judged_death is not null
)

select
    deaths.patient_id,
    case
        when bool_or(judged.judged_death = 'death_of_infection') then 'infection'
        when bool_or(judged.judged_death = 'death_of_other_cause') then 'other'
        when bool_or(recorded.is_infection) then 'infection'
        when count(recorded.patient_id) > 0 or count(fatal_toxicity.patient_id) > 0 then 'other'
        when count(active.patient_id) > 0 then 'probable_infection'
        else 'unknown'
    end as death_cause,
    coalesce(bool_or(recorded.is_infection and recorded.by_text), false) as by_text
from cohort.deaths as deaths
left join recorded
    on deaths.patient_id = recorded.patient_id
left join fatal_toxicity
    on deaths.patient_id = fatal_toxicity.patient_id
left join active
    on deaths.patient_id = active.patient_id
left join judged
    on deaths.patient_id = judged.patient_id
where deaths.is_dead
group by deaths.patient_id
