-- cohort.course_starts
-- Grain: one row per patient and course of infusions.
-- Rule: a course = all infusions within 60 days (<=) of its first one, whatever the product
-- (docs/definitions.md#course, D01). Hospital-local dates.
with recursive

starts as (
    select
        patient_id,
        1 as course_number,
        min(infused_on) as day0_on
    from cohort.infusions
    group by patient_id
    union all
    select
        starts.patient_id,
        starts.course_number + 1 as course_number,
        min(infusions.infused_on) as day0_on
    from starts
    cross join ref.protocol as protocol
    inner join cohort.infusions as infusions
        on
            starts.patient_id = infusions.patient_id
            and infusions.infused_on > starts.day0_on + protocol.course_gap_days
    group by starts.patient_id, starts.course_number
)

select
    starts.patient_id,
    starts.course_number,
    starts.day0_on,
    lead(starts.day0_on) over (
        partition by starts.patient_id
        order by starts.course_number asc
    ) as next_day0_on,
    max(infusions.infused_on) as last_infusion_on,
    string_agg(distinct infusions.product, ', ' order by infusions.product asc) as products,
    cast(count(*) as integer) as infusions,
    bool_and(infusions.by_text) as by_text
from starts
cross join ref.protocol as protocol
inner join cohort.infusions as infusions
    on
        starts.patient_id = infusions.patient_id
        and infusions.infused_on between starts.day0_on and starts.day0_on + protocol.course_gap_days
group by starts.patient_id, starts.course_number, starts.day0_on
