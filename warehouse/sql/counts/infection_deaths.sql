-- counts.infection_deaths
-- Grain: one row per stratum, window and label with a death of infection in the window.
-- Rule: 'all' holds every death of infection, a class those of patients with a counted episode of it in the window
-- (docs/definitions.md#death, #figures). Days from day 0.
with

infected as (
    select distinct
        person_key,
        window_name,
        label
    from cohort.counted_infections
),

died as (
    select
        strata.stratum,
        persons.person_key,
        windows.window_name
    from counts.strata as strata
    inner join counts.person_outcomes as persons on strata.person_key = persons.person_key
    inner join ref.windows as windows on persons.died_day between windows.first_day and windows.last_day
    where persons.death_cause = 'infection'
)

select
    died.stratum,
    died.window_name,
    'all' as label,
    count(*) as infection_deaths
from died
group by died.stratum, died.window_name
union all
select
    died.stratum,
    died.window_name,
    infected.label,
    count(*) as infection_deaths
from died
inner join infected
    on
        died.person_key = infected.person_key
        and died.window_name = infected.window_name
where infected.label <> 'all'
group by died.stratum, died.window_name, infected.label
