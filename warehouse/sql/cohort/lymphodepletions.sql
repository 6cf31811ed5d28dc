-- cohort.lymphodepletions
-- Grain: one row per infusion of a course; without a block the type is none_recorded.
-- Rule: the last block that ends 14 to 1 days before the infusion and contains a lymphodepletion drug; FC = exactly
-- fludarabine and cyclophosphamide (docs/definitions.md#drug-blocks, D38). Hospital-local dates.
with

course_infusions as (
    select
        courses.patient_id,
        courses.course_number,
        infusions.infused_on
    from cohort.course_starts as courses
    inner join cohort.infusions as infusions
        on
            courses.patient_id = infusions.patient_id
            and infusions.infused_on between courses.day0_on and courses.last_infusion_on
),

blocks as (
    select
        patient_id,
        block_number,
        start_on,
        end_on,
        case
            when is_fc then 'FC'
            when drugs = ['bendamustine'] then 'bendamustine'
            else 'other'
        end as type
    from cohort.drug_blocks
    where has_lymphodepletion_drug
)

select
    infusions.patient_id,
    infusions.course_number,
    infusions.infused_on,
    blocks.block_number,
    blocks.start_on,
    blocks.end_on,
    coalesce(blocks.type, 'none_recorded') as type
from course_infusions as infusions
cross join ref.protocol as protocol
left join blocks
    on
        infusions.patient_id = blocks.patient_id
        and blocks.end_on - infusions.infused_on
        between protocol.lymphodepletion_first_day and protocol.lymphodepletion_last_day
qualify
    row_number() over (
        partition by infusions.patient_id, infusions.infused_on
        order by blocks.end_on desc nulls last
    ) = 1
