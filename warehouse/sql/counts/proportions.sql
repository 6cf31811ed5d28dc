-- counts.proportions
-- Grain: one row per measure, stratum, window and infection class, also where nothing happened.
-- Rule: x/n by day 30 takes patients that are complete and whose day 30 has come, the others are left_out;
-- pre-existing infection takes patients whose look-back is known (docs/definitions.md#figures, D11, D40).
-- provisional = the window is not over for somebody.
with

outcomes as (
    select
        person_key,
        measure,
        window_name,
        infection_class,
        is_asked,
        is_waiting,
        answer
    from counts.day_30_outcomes
    union all
    select
        person_key,
        measure,
        window_name,
        infection_class,
        is_asked,
        is_waiting,
        answer
    from counts.infected_outcomes
),

members as (
    select
        strata.stratum,
        count(strata.person_key) as patients,
        count(*) filter (where persons.stratum = 'yes') as infected_before,
        count(*) filter (where persons.stratum = 'unknown') as not_known,
        coalesce(bool_or(not persons.is_day_30_over), false) as early_waits,
        coalesce(bool_or(not persons.is_day_90_over), false) as late_waits
    from counts.strata as strata
    left join counts.person_outcomes as persons on strata.person_key = persons.person_key
    group by strata.stratum
)

select
    cells.measure,
    cells.stratum,
    cells.window_name,
    cells.infection_class,
    count(*) filter (where outcomes.is_asked and outcomes.answer) as numerator,
    count(*) filter (where outcomes.is_asked) as denominator,
    count(*) filter (where not outcomes.is_asked) as left_out,
    coalesce(bool_or(outcomes.is_waiting), false) as provisional
from counts.outcome_cells as cells
inner join counts.strata as strata on cells.stratum = strata.stratum
left join outcomes
    on
        strata.person_key = outcomes.person_key
        and cells.measure = outcomes.measure
        and cells.window_name = outcomes.window_name
        and cells.infection_class = outcomes.infection_class
group by cells.measure, cells.stratum, cells.window_name, cells.infection_class
union all
select
    'patients_infused' as measure,
    stratum,
    cast(null as varchar) as window_name,
    'all' as infection_class,
    patients as numerator,
    cast(null as bigint) as denominator,
    cast(null as bigint) as left_out,
    false as provisional
from members
union all
select
    'preexisting_infection_proportion' as measure,
    stratum,
    'look_back' as window_name,
    'all' as infection_class,
    infected_before as numerator,
    patients - not_known as denominator,
    not_known as left_out,
    false as provisional
from members
where stratum = 'all'
union all
select
    'infection_events' as measure,
    infections.stratum,
    infections.window_name,
    infections.infection_class,
    infections.events as numerator,
    cast(null as bigint) as denominator,
    cast(null as bigint) as left_out,
    case infections.window_name
        when 'early' then members.early_waits
        when 'late' then members.late_waits
        else false
    end as provisional
from counts.infections as infections
inner join members on infections.stratum = members.stratum
