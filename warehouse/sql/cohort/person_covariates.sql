-- cohort.person_covariates
-- Grain: one row per course and covariate of the person: complete_day_30, death_day, age_years, sex.
-- Rule: the age is a number only where every day that the birth date can mean gives the same; a death without a day
-- has an unknown day (docs/definitions.md#complete-to-day-30). Days from day 0, age in whole years on day 0.
with

ages as (
    select
        courses.patient_id,
        courses.course_number,
        date_sub('year', fhir_last_on(patient.birth_date, run.time_zone), courses.day0_on) as lowest,
        date_sub('year', fhir_first_on(patient.birth_date, run.time_zone), courses.day0_on) as highest
    from cohort.course_starts as courses
    inner join stage.patient as patient on courses.patient_id = patient.patient_id
    cross join ref.run as run
)

select
    completeness.patient_id,
    completeness.course_number,
    'complete_day_30' as name,
    case when completeness.complete_day_30 then 'yes' else 'no' end as value,
    cast(cast(completeness.complete_day_30 as integer) as decimal(18, 6)) as value_number,
    cast(null as varchar) as unit,
    completeness.day_30_on as known_on,
    'record' as source,
    'known' as status
from cohort.course_completeness as completeness
union all
select
    courses.patient_id,
    courses.course_number,
    'death_day' as name,
    case when deaths.is_dead then coalesce(cast(deaths.died_on as varchar), 'dead, day unknown') end as value,
    cast(deaths.died_on - courses.day0_on as decimal(18, 6)) as value_number,
    'day' as unit,
    deaths.died_on as known_on,
    'record' as source,
    case when deaths.is_dead and deaths.died_on is null then 'unknown' else 'known' end as status
from cohort.course_starts as courses
left join cohort.deaths as deaths on courses.patient_id = deaths.patient_id
union all
select
    ages.patient_id,
    ages.course_number,
    'age_years' as name,
    case
        when ages.lowest = ages.highest then cast(ages.lowest as varchar)
        else ages.lowest || '-' || ages.highest
    end as value,
    case when ages.lowest = ages.highest then cast(ages.lowest as decimal(18, 6)) end as value_number,
    'a' as unit,
    cast(null as date) as known_on,
    'Patient' as source,
    case
        when ages.lowest is null then 'unknown'
        when ages.lowest = ages.highest then 'known'
        else 'inferred'
    end as status
from ages
union all
select
    courses.patient_id,
    courses.course_number,
    'sex' as name,
    nullif(patient.gender, 'unknown') as value,
    cast(null as decimal(18, 6)) as value_number,
    cast(null as varchar) as unit,
    cast(null as date) as known_on,
    'Patient' as source,
    case when coalesce(patient.gender, 'unknown') = 'unknown' then 'unknown' else 'known' end as status
from cohort.course_starts as courses
left join stage.patient as patient on courses.patient_id = patient.patient_id
