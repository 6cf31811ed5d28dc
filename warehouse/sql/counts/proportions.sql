-- counts.proportions
-- Grain: one row per measure, stratum, window and infection class, also where nothing happened.
-- Rule: x/n by day 30 takes patients that are complete and whose day 30 has come, the others are left_out;
-- pre-existing infection takes patients whose look-back is known (docs/definitions.md#figures, D11, D40).
-- provisional = the window is not over for somebody.
with

outcome_rows as (
    select
        outcomes.measure,
        strata.stratum,
        outcomes.window_name,
        'all' as infection_class,
        count(*) filter (where outcomes.is_asked and outcomes.answer) as numerator,
        count(*) filter (where outcomes.is_asked) as denominator,
        count(*) filter (where not outcomes.is_asked) as left_out,
        coalesce(bool_or(outcomes.is_waiting), false) as provisional
    from counts.strata as strata
    inner join counts.day_30_outcomes as outcomes on strata.person_key = outcomes.person_key
    group by strata.stratum, outcomes.measure, outcomes.window_name
)

select
    measure,
    stratum
from outcome_rows
