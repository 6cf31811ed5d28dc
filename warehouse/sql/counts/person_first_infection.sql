-- counts.person_first_infection
-- Grain: one row per cohort member followed on day 0 and class ('all', bacterial, viral, fungal).
-- Rule: cause 1 = first counted infection of the class from day 0 on, 2 = death before any, 0 = follow-up ended;
-- an infection on the day of death comes first (docs/definitions.md#figures). last_day counts from day 0.
with

classes as (
    select classes.label
    from (values ('all'), ('bacterial'), ('viral'), ('fungal')) as classes (label)
),

first_infections as (
    select
        person_key,
        label,
        min(onset_day) as onset_day
    from cohort.counted_infections
    where onset_day >= 0
    group by person_key, label
)

select
    persons.person_key,
    persons.stratum,
    classes.label as infection_class,
    cast(coalesce(infections.onset_day, persons.died_day, persons.last_day) as integer) as last_day,
    case
        when infections.onset_day is not null then 1
        when persons.died_day is not null then 2
        else 0
    end as cause
from counts.person_outcomes as persons
cross join classes
left join first_infections as infections
    on
        persons.person_key = infections.person_key
        and classes.label = infections.label
where persons.last_day >= 0
