-- cohort.crs_exposures
-- Grain: one row per course.
-- Rule: exposed = first day of grade >= 3 on or before the progression day, or on or before day 30 without progression;
-- known unless nobody at all has a CRS record, or the patient's grades cannot be read or stand on another scale
-- (docs/definitions.md#crs-grade, D36, D37). Hospital-local dates.
with

recorded as (
    select count(*) > 0 as is_recorded
    from cohort.toxicity_grades
    where concept = 'crs'
)

select
    courses.patient_id,
    courses.course_number,
    courses.day0_on,
    crs.onset_on,
    crs.severe_on,
    case when crs.patient_id is null then 0 else crs.grade end as grade,
    crs.grade_on,
    crs.scale,
    recorded.is_recorded,
    recorded.is_recorded
    and (crs.patient_id is null or (crs.is_comparable and crs.grade is not null)) as is_known,
    coalesce(
        crs.severe_on <= coalesce(progression.progression_on, courses.day0_on + protocol.crs_last_day),
        false
    ) as exposed,
    coalesce(
        crs.severe_on <= coalesce(progression.progression_broad_on, courses.day0_on + protocol.crs_last_day),
        false
    ) as exposed_broad
from cohort.course_starts as courses
cross join recorded
cross join ref.protocol as protocol
left join cohort.course_crs as crs
    on
        courses.patient_id = crs.patient_id
        and courses.course_number = crs.course_number
left join cohort.progression as progression
    on
        courses.patient_id = progression.patient_id
        and courses.course_number = progression.course_number
