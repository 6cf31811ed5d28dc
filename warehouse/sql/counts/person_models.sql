-- counts.person_models
-- Grain: one row per cohort member, without names: exposures, and the days that a model of a dated analysis needs.
-- Rule: an exposure that is not known is NULL, never false; first infection and progression to day 30, censored where
-- the follow-up ends (docs/definitions.md#dated-analysis). Days from day 0.
with

first_infections as (
    select
        person_key,
        min(onset_day) as onset_day
    from cohort.counted_infections
    where
        label = 'all'
        and window_name = 'early'
    group by person_key
),

-- 400 mg/dL of the literature is 4 g/L, the unit of the table of laboratory values.
igg as (
    select
        laboratory.patient_id,
        laboratory.course_number,
        laboratory.value < protocol.igg_low_g_per_l as is_low
    from cohort.baseline_laboratory as laboratory
    cross join ref.protocol as protocol
    where laboratory.analyte = 'igg'
)

select
    persons.person_key,
    persons.stratum,
    persons.complete_day_30 and persons.is_day_30_over as is_asked_infection,
    persons.complete_progression and persons.is_day_30_over as is_asked_progression,
    persons.infected_early,
    persons.bridging_other_than_fc,
    persons.bridging_non_tki,
    case persons.stratum when 'yes' then true when 'no' then false end as preexisting_infection,
    states.had_transplant as prior_transplant,
    states.low_days > 0 as neutropenic_before,
    igg.is_low as igg_low,
    case when crs.is_known then crs.severe_on - members.day0_on end as crs_severe_day,
    coalesce(crs.is_known, false) as is_crs_known,
    infections.onset_day as infection_day,
    progression.progression_on - members.day0_on as progression_day,
    progression.progression_broad_on - members.day0_on as progression_broad_day,
    least(persons.last_day, protocol.early_last_day) as last_day
from counts.person_outcomes as persons
inner join cohort.cohort_members as members on persons.person_key = members.person_key
inner join counts.person_states as states on persons.person_key = states.person_key
cross join ref.protocol as protocol
left join first_infections as infections on persons.person_key = infections.person_key
left join igg
    on
        members.patient_id = igg.patient_id
        and members.course_number = igg.course_number
left join cohort.crs_exposures as crs
    on
        members.patient_id = crs.patient_id
        and members.course_number = crs.course_number
left join cohort.progression as progression
    on
        members.patient_id = progression.patient_id
        and members.course_number = progression.course_number
