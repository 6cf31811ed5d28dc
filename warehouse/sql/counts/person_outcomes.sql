-- counts.person_outcomes
-- Grain: one row per cohort member, without names.
-- Rule: an exposure that is not known is NULL, never false; a death counts if it ends the follow-up
-- (docs/definitions.md#figures, D09, D11). Days from day 0.
with

infected as (
    select
        person_key,
        bool_or(window_name = 'early') as infected_early,
        bool_or(window_name = 'late') as infected_late
    from cohort.counted_infections
    where label = 'all'
    group by person_key
),

exposures as (
    select
        patient_id,
        course_number,
        bool_or(value = 'yes') filter (where name = 'bridging_other_than_fc') as bridging_other_than_fc,
        bool_or(value = 'yes') filter (where name = 'bridging_non_tki') as bridging_non_tki,
        bool_or(value = 'yes') filter (where name = 'crs_grade_3_exposure') as crs_grade_3_exposure,
        bool_or(value = 'yes') filter (where name = 'crs_grade_3_exposure_broad') as crs_grade_3_exposure_broad
    from cohort.covariates
    where status <> 'unknown'
    group by patient_id, course_number
)

select
    members.person_key,
    members.stratum,
    coalesce(infected.infected_early, false) as infected_early,
    coalesce(infected.infected_late, false) as infected_late,
    coalesce(progression.progressed, false) as progressed,
    coalesce(progression.progressed_broad, false) as progressed_broad,
    exposures.bridging_other_than_fc,
    exposures.bridging_non_tki,
    exposures.crs_grade_3_exposure,
    exposures.crs_grade_3_exposure_broad,
    coalesce(completeness.complete_day_30, false) as complete_day_30,
    coalesce(completeness.complete_progression, false) as complete_progression,
    coalesce(completeness.complete_progression_broad, false) as complete_progression_broad,
    coalesce(completeness.is_followed_late, false) as complete_day_90,
    completeness.is_over as is_day_30_over,
    completeness.is_late_over as is_day_90_over,
    cast(members.follow_up_end_on - members.day0_on as integer) as last_day,
    cast(
        case when deaths.died_on <= members.follow_up_end_on then deaths.died_on - members.day0_on end as integer
    ) as died_day,
    causes.death_cause,
    coalesce(deaths.is_dead, false) and deaths.died_on is null as is_death_undated
from cohort.cohort_members as members
left join infected on members.person_key = infected.person_key
left join exposures
    on
        members.patient_id = exposures.patient_id
        and members.course_number = exposures.course_number
left join cohort.progression as progression
    on
        members.patient_id = progression.patient_id
        and members.course_number = progression.course_number
left join cohort.course_completeness as completeness
    on
        members.patient_id = completeness.patient_id
        and members.course_number = completeness.course_number
left join cohort.deaths as deaths on members.patient_id = deaths.patient_id
left join cohort.death_causes as causes on members.patient_id = causes.patient_id
