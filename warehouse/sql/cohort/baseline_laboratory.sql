-- cohort.baseline_laboratory
-- Grain: one row per cohort member and analyte with a value before the treatment begins.
-- Rule: the last value from day -7 to the start of lymphodepletion (none recorded: to day -1); of one day the last
-- instant, then the worst value (docs/definitions.md#baseline). Hospital-local dates, instants UTC.
with

asked as (
    select
        asked.analyte,
        asked.worse_sign
    from (
        values
        ('anc', 1), ('alc', 1), ('hb', 1), ('plt', 1), ('albumin', 1), ('igg', 1),
        ('crp', -1), ('ferritin', -1), ('ldh', -1), ('creatinine', -1), ('blasts_marrow_pct', -1)
    ) as asked (analyte, worse_sign)
),

spans as (
    select
        members.patient_id,
        members.course_number,
        members.day0_on + protocol.baseline_first_day as first_on,
        coalesce(blocks.start_on, members.day0_on - 1) as last_on
    from cohort.cohort_members as members
    cross join ref.protocol as protocol
    left join cohort.lymphodepletions as blocks
        on
            members.patient_id = blocks.patient_id
            and members.course_number = blocks.course_number
            and members.day0_on = blocks.infused_on
)

select
    spans.patient_id,
    spans.course_number,
    laboratory.analyte,
    laboratory.value,
    laboratory.unit,
    laboratory.comparator,
    laboratory.observed_on,
    laboratory.resource_id
from spans
inner join cohort.laboratory as laboratory
    on
        spans.patient_id = laboratory.patient_id
        and laboratory.observed_on between spans.first_on and spans.last_on
inner join asked on laboratory.analyte = asked.analyte
qualify
    row_number() over (
        partition by spans.patient_id, spans.course_number, laboratory.analyte
        order by
            laboratory.observed_on desc,
            laboratory.observed_at desc nulls last,
            laboratory.value * asked.worse_sign asc,
            laboratory.resource_id asc
    ) = 1
