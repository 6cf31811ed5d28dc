-- cohort.cohort_members
-- Grain: one row per patient in the cohort, first course, with a key that names nobody.
-- Rule: unit = the patient, first course only; a course without an answer about the look-back is unknown
-- (docs/definitions.md#cohort, D10, D40). Hospital-local dates.
select
    cast(row_number() over (order by courses.patient_id asc) as integer) as person_key,
    courses.patient_id,
    courses.course_number,
    courses.day0_on,
    courses.follow_up_end_on,
    coalesce(strata.stratum, 'unknown') as stratum
from cohort.courses as courses
left join cohort.strata as strata
    on
        courses.patient_id = strata.patient_id
        and courses.course_number = strata.course_number
        and strata.stratum_set = 'preexisting_infection'
where courses.in_cohort
