-- counts.day0_options
-- Grain: one row per cohort member and other choice of day 0: last (the last infusion of the course) and reset (the
-- clock starts at the first infusion and again at the last one).
-- Rule: day 0 to 30 of each clock, the first clock ends the day before the last infusion; complete and over are asked
-- of the last infusion (docs/definitions.md#sensitivity). Whole days.
with

members as (
    select
        members.person_key,
        members.stratum,
        courses.last_infusion_on - members.day0_on as last_infusion_day,
        members.follow_up_end_on - members.day0_on as follow_up_end_day,
        records.last_contact_on - members.day0_on as last_contact_day,
        deaths.died_on - members.day0_on as died_day,
        run.data_date - members.day0_on as data_day
    from cohort.cohort_members as members
    inner join cohort.courses as courses
        on
            members.patient_id = courses.patient_id
            and members.course_number = courses.course_number
    left join cohort.record_days as records on members.patient_id = records.patient_id
    left join cohort.deaths as deaths on members.patient_id = deaths.patient_id
    cross join ref.run as run
),

clocks as (
    select
        members.person_key,
        members.last_infusion_day,
        members.follow_up_end_day,
        unnest(
            [
                struct_pack(option := 'last', from_day := members.last_infusion_day, to_day := null),
                struct_pack(option := 'reset', from_day := members.last_infusion_day, to_day := null),
                struct_pack(option := 'reset', from_day := 0, to_day := members.last_infusion_day - 1)
            ]
        ) as clock
    from members
),

intervals as (
    select
        clocks.person_key,
        clocks.clock.option as day0_option,
        clocks.clock.from_day,
        least(
            clocks.clock.from_day + protocol.early_last_day,
            coalesce(clocks.clock.to_day, clocks.follow_up_end_day),
            clocks.follow_up_end_day
        ) as to_day
    from clocks
    cross join ref.protocol as protocol
),

counted as (
    select
        intervals.person_key,
        intervals.day0_option,
        sum(greatest(intervals.to_day - intervals.from_day + 1, 0)) as person_days,
        sum(
            (
                select count(*)
                from cohort.counted_infections as infections
                where
                    infections.person_key = intervals.person_key
                    and infections.label = 'all'
                    and infections.onset_day between intervals.from_day and intervals.to_day
            )
        ) as events
    from intervals
    group by intervals.person_key, intervals.day0_option
)

select
    counted.person_key,
    members.stratum,
    counted.day0_option,
    cast(counted.events as bigint) as events,
    cast(counted.person_days as bigint) as person_days,
    counted.events > 0
    or coalesce(
        greatest(members.last_contact_day - members.last_infusion_day, 0) >= protocol.complete_day
        or members.died_day <= members.last_infusion_day + protocol.complete_day,
        false
    ) as is_complete,
    members.last_infusion_day + protocol.complete_day <= members.data_day as is_over
from counted
inner join members on counted.person_key = members.person_key
cross join ref.protocol as protocol
