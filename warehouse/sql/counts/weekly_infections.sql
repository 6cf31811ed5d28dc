-- counts.weekly_infections
-- Grain: one row per stratum and week after infusion, -5 to 12, also where nothing happened.
-- Rule: week = day / 7 rounded down; days at risk under the events; partial = the windows hold only some of its days,
-- provisional = it is not over for somebody (docs/definitions.md#weeks-after-infusion, D13). Days from day 0.
with

spans as (
    select
        min(windows.first_day) as first_day,
        max(windows.last_day) as last_day
    from ref.windows as windows
),

weeks as (
    select
        cast(numbers.week as integer) as week,
        cast(numbers.week * 7 as integer) as first_day,
        cast(numbers.week * 7 + 6 as integer) as last_day,
        numbers.week * 7 < spans.first_day or numbers.week * 7 + 6 > spans.last_day as is_partial
    from spans
    cross join
        generate_series(
            cast(floor(spans.first_day / 7.0) as bigint), cast(floor(spans.last_day / 7.0) as bigint)
        ) as numbers (week)
),

times as (
    select
        members.person_key,
        person_time.start_on - members.day0_on as first_day,
        person_time.end_on - members.day0_on as last_day
    from cohort.cohort_members as members
    inner join cohort.person_time as person_time
        on
            members.patient_id = person_time.patient_id
            and members.course_number = person_time.course_number
),

days as (
    select
        times.person_key,
        weeks.week,
        sum(least(times.last_day, weeks.last_day) - greatest(times.first_day, weeks.first_day) + 1) as person_days
    from times
    inner join weeks
        on
            times.first_day <= weeks.last_day
            and times.last_day >= weeks.first_day
    group by times.person_key, weeks.week
),

events as (
    select
        person_key,
        cast(floor(onset_day / 7.0) as integer) as week,
        count(*) as events
    from cohort.counted_infections
    where label = 'all'
    group by person_key, floor(onset_day / 7.0)
)

select
    strata.stratum,
    weeks.week,
    weeks.is_partial,
    cast(coalesce(sum(events.events), 0) as bigint) as events,
    cast(coalesce(sum(days.person_days), 0) as bigint) as person_days,
    coalesce(bool_or(members.day0_on + weeks.last_day > run.data_date), false) as provisional
from counts.strata as strata
cross join weeks
cross join ref.run as run
left join cohort.cohort_members as members on strata.person_key = members.person_key
left join days on strata.person_key = days.person_key and weeks.week = days.week
left join events on strata.person_key = events.person_key and weeks.week = events.week
group by strata.stratum, weeks.week, weeks.is_partial
