-- counts.infections
-- Grain: one row per stratum, window and infection class ('all' and every headline label), also where nothing happened.
-- Rule: counted episodes over days at risk of the same interval; deaths of infection in a class row are those of
-- patients with a counted episode of it in the window (docs/definitions.md#figures, D09, D40). Whole days.
with

cells as (
    select distinct
        strata.stratum,
        windows.window_name,
        windows.first_day,
        windows.last_day,
        labels.label
    from counts.strata as strata
    cross join ref.windows as windows
    cross join counts.classes as labels
),

times as (
    select
        strata.stratum,
        person_time.window_name,
        sum(person_time.days) as person_days,
        count(*) as at_risk
    from counts.strata as strata
    inner join cohort.cohort_members as members on strata.person_key = members.person_key
    inner join cohort.person_time as person_time
        on
            members.patient_id = person_time.patient_id
            and members.course_number = person_time.course_number
    group by strata.stratum, person_time.window_name
),

events as (
    select
        strata.stratum,
        infections.window_name,
        infections.label,
        count(*) as events,
        count(distinct infections.person_key) as patients
    from counts.strata as strata
    inner join cohort.counted_infections as infections on strata.person_key = infections.person_key
    group by strata.stratum, infections.window_name, infections.label
),

infected as (
    select distinct
        person_key,
        window_name,
        label
    from cohort.counted_infections
),

deaths as (
    select
        cells.stratum,
        cells.window_name,
        cells.label,
        count(*) as infection_deaths
    from cells
    inner join counts.strata as strata on cells.stratum = strata.stratum
    inner join counts.person_outcomes as persons
        on
            strata.person_key = persons.person_key
            and persons.death_cause = 'infection'
            and persons.died_day between cells.first_day and cells.last_day
    left join infected
        on
            persons.person_key = infected.person_key
            and cells.window_name = infected.window_name
            and cells.label = infected.label
    where
        cells.label = 'all'
        or infected.person_key is not null
    group by cells.stratum, cells.window_name, cells.label
)

select
    cells.stratum,
    cells.window_name,
    cells.label as infection_class,
    coalesce(events.patients, 0) as patients,
    coalesce(events.events, 0) as events,
    cast(coalesce(times.person_days, 0) as bigint) as person_days,
    coalesce(times.at_risk, 0) as at_risk,
    coalesce(deaths.infection_deaths, 0) as infection_deaths
from cells
left join times
    on
        cells.stratum = times.stratum
        and cells.window_name = times.window_name
left join events
    on
        cells.stratum = events.stratum
        and cells.window_name = events.window_name
        and cells.label = events.label
left join deaths
    on
        cells.stratum = deaths.stratum
        and cells.window_name = deaths.window_name
        and cells.label = deaths.label
