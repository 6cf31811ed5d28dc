-- cohort.course_crs
-- Grain: one row per course with any CRS record from day 0 to day 90 and before the next course.
-- Rule: ASTCT with ICD-10-CM is one scale, Lee 2014 is used only where it stands alone, others never; the grade is the
-- maximum over the sources of the scale (docs/definitions.md#crs-grade, D37). Hospital-local dates.
with

graded as (
    select
        courses.patient_id,
        courses.course_number,
        grades.graded_on,
        grades.grade,
        grades.scale,
        case
            when grades.scale in ('astct', 'icd10cm') then 1
            when starts_with(lower(grades.scale), 'lee') then 2
            else 3
        end as scale_order
    from cohort.course_starts as courses
    cross join ref.protocol as protocol
    cross join ref.run as run
    inner join cohort.toxicity_grades as grades
        on
            courses.patient_id = grades.patient_id
            and grades.concept = 'crs'
            and grades.graded_on between courses.day0_on and courses.day0_on + protocol.late_last_day
            and run.data_date >= grades.graded_on
            and coalesce(courses.next_day0_on > grades.graded_on, true)
    where coalesce(grades.grade <> 0, true)
    qualify min(scale_order) over (partition by courses.patient_id, courses.course_number) - scale_order = 0
)

select
    graded.patient_id,
    graded.course_number,
    min(graded.graded_on) as onset_on,
    min(graded.graded_on) filter (where graded.grade >= protocol.crs_severe_grade) as severe_on,
    max(graded.grade) as grade,
    min_by(graded.graded_on, (-graded.grade, graded.graded_on)) filter (where graded.grade is not null) as grade_on,
    string_agg(distinct graded.scale, ', ' order by graded.scale asc) as scale,
    bool_and(graded.scale_order < 3) as is_comparable
from graded
cross join ref.protocol as protocol
group by graded.patient_id, graded.course_number
