-- counts.funnel_patients
-- Grain: one row per step of inclusion, also where nobody is left out.
-- Rule: every patient of the store stands in exactly one step, by the reason of the first course; later courses are
-- counted beside them (docs/definitions.md#cohort, D10). No times here.
with

steps as (
    select
        steps.step_number,
        steps.step,
        steps.reason
    from (
        values
        (1, 'patients', null),
        (2, 'excluded', 'no_infusion'),
        (3, 'excluded', 'no_dated_infusion'),
        (4, 'excluded', 'not_b_all'),
        (5, 'excluded', 't_lineage'),
        (6, 'excluded', 'outside_age'),
        (7, 'excluded', 'after_data_date'),
        (8, 'in_cohort', null),
        (9, 'beside', 'later_course')
    ) as steps (step_number, step, reason)
),

people as (
    select
        patient.patient_id,
        courses.in_cohort,
        case when courses.patient_id is null then 'no_infusion' else courses.exclusion_reason end as reason
    from stage.patient as patient
    left join cohort.courses as courses
        on
            patient.patient_id = courses.patient_id
            and courses.course_number = 1
),

later as (
    select count(distinct patient_id) as patients
    from cohort.courses
    where exclusion_reason = 'later_course'
)

select
    steps.step_number,
    steps.step,
    steps.reason,
    case
        when steps.step = 'patients' then count(people.patient_id)
        when steps.step = 'in_cohort' then count(*) filter (where people.in_cohort)
        when steps.step = 'beside' then any_value(later.patients order by later.patients)
        else count(*) filter (where people.reason = steps.reason)
    end as patients
from steps
left join people on true
cross join later
group by steps.step_number, steps.step, steps.reason
