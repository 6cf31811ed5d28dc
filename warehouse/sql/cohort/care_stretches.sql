-- cohort.care_stretches
-- Grain: one row per patient and stretch of days with intensive care.
-- Rule: days that follow each other are one stretch, whatever the stays (docs/definitions.md#swimmer-plot).
-- Hospital-local dates, both ends.
with

care_days as (
    select distinct
        patient_id,
        support_on
    from cohort.organ_support
    where concept = 'icu'
),

numbered as (
    select
        patient_id,
        support_on,
        support_on - cast(
            row_number() over (
                partition by patient_id
                order by support_on asc
            ) as integer
        ) as run_key
    from care_days
)

select
    patient_id,
    min(support_on) as start_on,
    max(support_on) as end_on
from numbered
group by patient_id, run_key
