-- counts.event_rates
-- Grain: one row per measure, stratum, window and class that counts events, with days at risk where it is a rate.
-- Rule: weeks after infusion, other days 0, rows of their own, and what a specimen before the infusion or a second
-- infusion changes (docs/definitions.md#sensitivity). Whole days.
with

moved as (
    select
        strata.stratum,
        names.day0_option,
        cast(coalesce(sum(options.events), 0) as bigint) as events,
        cast(coalesce(sum(options.person_days), 0) as bigint) as person_days,
        coalesce(bool_or(not options.is_over), false) as provisional
    from counts.strata as strata
    cross join (values ('last'), ('reset')) as names (day0_option)
    left join counts.day0_options as options
        on
            strata.person_key = options.person_key
            and names.day0_option = options.day0_option
    group by strata.stratum, names.day0_option
),

beside as (
    select
        strata.stratum,
        count(*) filter (where infections.before_infusion) as before_infusion,
        count(*) filter (
            where infections.onset_day between 0 and courses.last_infusion_on - members.day0_on - 1
        ) as between_infusions
    from counts.strata as strata
    left join cohort.cohort_members as members on strata.person_key = members.person_key
    left join cohort.courses as courses
        on
            members.patient_id = courses.patient_id
            and members.course_number = courses.course_number
    left join cohort.counted_infections as infections
        on
            strata.person_key = infections.person_key
            and infections.label = 'all'
    group by strata.stratum
)

select
    'weekly_infection_density' as measure,
    stratum,
    'week_' || week as window_name,
    'all' as infection_class,
    events,
    person_days,
    provisional,
    is_partial
from counts.weekly_infections
union all
select
    'infection_density_day0_' || day0_option as measure,
    stratum,
    'early' as window_name,
    'all' as infection_class,
    events,
    person_days,
    provisional,
    false as is_partial
from moved
union all
select
    measure,
    stratum,
    window_name,
    kind as infection_class,
    events,
    null as person_days,
    false as provisional,
    false as is_partial
from counts.special_events
union all
select
    'infection_events_before_infusion' as measure,
    stratum,
    'early' as window_name,
    'all' as infection_class,
    before_infusion as events,
    null as person_days,
    false as provisional,
    false as is_partial
from beside
union all
select
    'infection_events_between_infusions' as measure,
    stratum,
    'early_and_late' as window_name,
    'all' as infection_class,
    between_infusions as events,
    null as person_days,
    false as provisional,
    false as is_partial
from beside
