-- counts.infected_outcomes
-- Grain: one row per cohort member and label: infected on day 0 to 30 or not.
-- Rule: as counts.day_30_outcomes, for >= 1 counted infection of the label (docs/definitions.md#figures, D11).
-- Days from day 0.
with

infected as (
    select distinct
        person_key,
        label
    from cohort.counted_infections
    where window_name = 'early'
)

select
    persons.person_key,
    'infected_proportion' as measure,
    'early' as window_name,
    classes.label as infection_class,
    persons.complete_day_30 and persons.is_day_30_over as is_asked,
    not persons.is_day_30_over as is_waiting,
    infected.person_key is not null as answer
from counts.person_outcomes as persons
cross join counts.classes as classes
left join infected
    on
        persons.person_key = infected.person_key
        and classes.label = infected.label
