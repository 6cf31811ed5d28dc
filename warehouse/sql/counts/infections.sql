-- counts.infections
-- Grain: one row per stratum, window and infection class ('all' and every headline label), also where nothing happened.
-- Rule: counted episodes over days at risk of the same interval; deaths of infection in a class row are those of
-- patients with a counted episode of it in the window (docs/definitions.md#figures, D09, D40). Whole days.
with

cells as (
    select distinct
        strata.stratum,
        windows.window_name,
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
        count(*) filter (where infections.is_severe) as severe_events,
        count(distinct infections.person_key) as patients
    from counts.strata as strata
    inner join cohort.counted_infections as infections on strata.person_key = infections.person_key
    group by strata.stratum, infections.window_name, infections.label
)

select
    cells.stratum,
    cells.window_name,
    cells.label as infection_class,
    coalesce(events.patients, 0) as patients,
    coalesce(events.events, 0) as events,
    cast(coalesce(times.person_days, 0) as bigint) as person_days,
    coalesce(times.at_risk, 0) as at_risk,
    coalesce(deaths.infection_deaths, 0) as infection_deaths,
    coalesce(events.severe_events, 0) as severe_events
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
left join counts.infection_deaths as deaths
    on
        cells.stratum = deaths.stratum
        and cells.window_name = deaths.window_name
        and cells.label = deaths.label
