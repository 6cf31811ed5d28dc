-- counts.person_infections
-- Grain: one row per cohort member followed on day 0 and day with counted infections; without any, one row without a
-- day.
-- Rule: every infection of a person counts for the mean cumulative count, death ends the course of a person
-- (docs/definitions.md#mean-cumulative-count). Days from day 0.
with

infections as (
    select
        person_key,
        onset_day,
        count(*) as events
    from cohort.counted_infections
    where
        label = 'all'
        and onset_day >= 0
    group by person_key, onset_day
)

select
    persons.person_key,
    persons.stratum,
    persons.last_day,
    persons.died_day is not null as has_died,
    cast(infections.onset_day as integer) as onset_day,
    coalesce(infections.events, 0) as events
from counts.person_outcomes as persons
left join infections on persons.person_key = infections.person_key
where persons.last_day >= 0
