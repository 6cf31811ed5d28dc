-- cohort.course_bridging
-- Grain: one row per course.
-- Rule: bridging = blocks that begin and end inside the interval; a lymphodepletion is never bridging; TKIs,
-- intrathecal drugs and steroids are flags of their own (docs/definitions.md#bridging, D38). Hospital-local dates.
with

blocks as (
    select
        intervals.patient_id,
        intervals.course_number,
        bool_or(blocks.has_cytotoxic and not blocks.cytotoxic_is_fc) as other_than_fc,
        true as non_tki
    from cohort.bridging_intervals as intervals
    inner join cohort.drug_blocks as blocks
        on
            intervals.patient_id = blocks.patient_id
            and intervals.from_on <= blocks.start_on
            and intervals.to_on >= blocks.end_on
    left join cohort.lymphodepletions as depletions
        on
            blocks.patient_id = depletions.patient_id
            and blocks.block_number = depletions.block_number
    where depletions.patient_id is null
    group by intervals.patient_id, intervals.course_number
),

flags as (
    select
        intervals.patient_id,
        intervals.course_number,
        bool_or(days.drug_class = 'tki') as tki,
        bool_or(days.intrathecal) as intrathecal,
        bool_or(days.drug_class = 'steroid' and not days.intrathecal) as steroid
    from cohort.bridging_intervals as intervals
    inner join cohort.drug_days as days
        on
            intervals.patient_id = days.patient_id
            and days.drug_on between intervals.from_on and intervals.to_on
    group by intervals.patient_id, intervals.course_number
)

select
    intervals.patient_id,
    intervals.course_number,
    intervals.collected_on,
    intervals.from_on,
    intervals.to_on,
    intervals.lymphodepletion_type,
    coalesce(blocks.other_than_fc, false) as other_than_fc,
    coalesce(blocks.non_tki, false) as non_tki,
    coalesce(flags.tki, false) as tki,
    coalesce(flags.intrathecal, false) as intrathecal,
    coalesce(flags.steroid, false) as steroid
from cohort.bridging_intervals as intervals
left join blocks
    on
        intervals.patient_id = blocks.patient_id
        and intervals.course_number = blocks.course_number
left join flags
    on
        intervals.patient_id = flags.patient_id
        and intervals.course_number = flags.course_number
