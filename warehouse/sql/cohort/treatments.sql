-- cohort.treatments
-- Grain: one row per course of treatment: patient, anti-infective substance, target and first day.
-- Rule: days of one substance with differences <= 2; running_before = it may have begun before the first day that is
-- looked at (docs/definitions.md#targeted-treatment). Hospital-local dates.
with

breaks as (
    select
        treated.patient_id,
        treated.drug_on,
        treated.name,
        treated.target,
        treated.atc_group,
        treated.intent,
        treated.parenteral,
        treated.resource_type,
        treated.resource_id,
        coalesce(treated.drug_on - lag(treated.drug_on) over substance_days > protocol.treatment_gap_days, true)
            as begins
    from cohort.treatment_days as treated
    cross join ref.protocol as protocol
    window
        substance_days as (
            partition by treated.patient_id, treated.name, treated.target
            order by treated.drug_on asc
        )
),

numbered as (
    select
        breaks.patient_id,
        breaks.drug_on,
        breaks.name,
        breaks.target,
        breaks.atc_group,
        breaks.intent,
        breaks.parenteral,
        breaks.resource_type,
        breaks.resource_id,
        count(*) filter (where breaks.begins) over (
            partition by breaks.patient_id, breaks.name, breaks.target
            order by breaks.drug_on asc
        ) as treatment_number
    from breaks
),

first_days as (
    select
        courses.patient_id,
        min(courses.day0_on + protocol.drug_first_day) as first_on
    from cohort.course_starts as courses
    cross join ref.protocol as protocol
    group by courses.patient_id
)

select
    numbered.patient_id,
    numbered.name,
    numbered.target,
    min(numbered.atc_group) as atc_group,
    min(numbered.intent) as intent,
    bool_or(numbered.parenteral) as parenteral,
    min(numbered.drug_on) as start_on,
    max(numbered.drug_on) as last_on,
    cast(max(numbered.drug_on) - min(numbered.drug_on) + 1 as integer) as days,
    min(numbered.drug_on) = min(first_days.first_on) as running_before,
    min_by(numbered.resource_type, numbered.drug_on) as resource_type,
    min_by(numbered.resource_id, numbered.drug_on) as resource_id
from numbered
inner join first_days on numbered.patient_id = first_days.patient_id
group by numbered.patient_id, numbered.name, numbered.target, numbered.treatment_number
