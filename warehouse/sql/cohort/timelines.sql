-- cohort.timelines
-- Grain: one row per cohort member and bar or mark of the swimmer plot.
-- Rule: bar = days at risk from the look-back on; infusions, first day of CRS grade >= 3, intensive care, transplant
-- and death up to day 90 and the data date; counted infections by their headline label
-- (docs/definitions.md#swimmer-plot). Days from day 0.
with

dated as (
    select
        patient_id,
        'infusion' as event,
        infused_on as start_on,
        infused_on as end_on
    from cohort.infusions
    union all
    select
        patient_id,
        'crs_severe' as event,
        severe_on as start_on,
        severe_on as end_on
    from cohort.course_crs
    where course_number = 1
    union all
    select
        patient_id,
        'icu' as event,
        start_on,
        end_on
    from cohort.care_stretches
    union all
    select
        patient_id,
        'hsct' as event,
        transplant_on as start_on,
        transplant_on as end_on
    from cohort.conditionings
    where course_number = 1
    union all
    select
        patient_id,
        'death' as event,
        died_on as start_on,
        died_on as end_on
    from cohort.deaths
),

members as (
    select
        members.person_key,
        members.patient_id,
        members.stratum,
        members.day0_on,
        greatest(
            protocol.look_back_first_day, coalesce(records.first_record_on - members.day0_on, 0)
        ) as follow_up_from,
        members.follow_up_end_on - members.day0_on as follow_up_to,
        protocol.look_back_first_day as first_day,
        least(protocol.late_last_day, run.data_date - members.day0_on) as last_day
    from cohort.cohort_members as members
    cross join ref.protocol as protocol
    cross join ref.run as run
    left join cohort.record_days as records on members.patient_id = records.patient_id
),

marks as (
    select
        members.person_key,
        dated.event,
        greatest(dated.start_on - members.day0_on, members.first_day) as day_from,
        least(dated.end_on - members.day0_on, members.last_day) as day_to,
        cast(null as varchar) as infection_class
    from members
    inner join dated
        on
            members.patient_id = dated.patient_id
            and members.first_day <= dated.end_on - members.day0_on
            and members.last_day >= dated.start_on - members.day0_on
    union all
    select
        person_key,
        'infection' as event,
        onset_day as day_from,
        onset_day as day_to,
        label as infection_class
    from cohort.counted_infections
    where label <> 'all'
    union all
    select
        person_key,
        'bar' as event,
        follow_up_from as day_from,
        follow_up_to as day_to,
        cast(null as varchar) as infection_class
    from members
)

select
    members.patient_id,
    members.stratum,
    cast(members.follow_up_from as integer) as follow_up_from,
    cast(members.follow_up_to as integer) as follow_up_to,
    marks.event,
    cast(marks.day_from as integer) as day_from,
    cast(marks.day_to as integer) as day_to,
    marks.infection_class
from marks
inner join members on marks.person_key = members.person_key
