-- cohort.death_questions
-- Grain: one death whose cause a person must decide, with the reason.
-- Rule: `probable_infection` = no recorded cause and an active episode; `conflicting_causes` = a recorded infection
-- against CRS or ICANS of grade 5, or words of an infection against a code of another cause; a verdict ends both
-- (docs/definitions.md#death). No dates.
with

fatal_toxicity as (
    select distinct patient_id
    from cohort.toxicity_grades
    where grade = 5
),

recorded as (
    select
        patient_id,
        bool_or(is_infection) as is_infection,
        bool_or(is_infection and not by_text) as is_coded_infection,
        bool_or(not is_infection and not by_text) as is_coded_other
    from cohort.death_cause_items
    group by patient_id
),

judged as (
    select distinct patient_id
    from cohort.episode_core
    where judged_death is not null
)

select
    causes.patient_id,
    if(causes.death_cause = 'probable_infection', 'probable_infection', 'conflicting_causes') as reason
from cohort.death_causes as causes
left join recorded
    on causes.patient_id = recorded.patient_id
left join fatal_toxicity
    on causes.patient_id = fatal_toxicity.patient_id
left join judged
    on causes.patient_id = judged.patient_id
where
    judged.patient_id is null
    and (
        causes.death_cause = 'probable_infection'
        or (recorded.is_infection and fatal_toxicity.patient_id is not null)
        or (recorded.is_infection and not recorded.is_coded_infection and recorded.is_coded_other)
    )
