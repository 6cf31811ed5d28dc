-- counts.sensitivity_shares
-- Grain: one row per measure, stratum and window beside the headline, also where nobody is asked; the strata of another
-- set are written set:stratum.
-- Rule: as counts.proportions (docs/definitions.md#sensitivity, D11, D40). No times here.
with

names as (
    select distinct stratum
    from counts.strata
),

cells as (
    select
        measures.measure,
        measures.window_name,
        names.stratum
    from (
        values
        ('infected_proportion', 'early_and_late'),
        ('progression_proportion', 'early_and_late'),
        ('late_contact_proportion', 'late'),
        ('infected_proportion_day0_last', 'early'),
        ('infected_proportion_day0_reset', 'early')
    ) as measures (measure, window_name)
    cross join names
    where
        measures.measure <> 'progression_proportion'
        or names.stratum = 'yes'
),

other_strata as (
    select
        sets.stratum_set,
        names.stratum
    from (
        values ('preexisting_infection_onset'), ('preexisting_infection_treated'), ('preexisting_infection_fuo')
    ) as sets (stratum_set)
    cross join (values ('no'), ('yes'), ('unknown')) as names (stratum)
),

other_members as (
    select
        other_strata.stratum_set,
        other_strata.stratum,
        persons.infected_early,
        persons.is_day_30_over,
        persons.complete_day_30
    from other_strata
    inner join cohort.strata as strata
        on
            other_strata.stratum_set = strata.stratum_set
            and other_strata.stratum = strata.stratum
    inner join cohort.cohort_members as members
        on
            strata.patient_id = members.patient_id
            and strata.course_number = members.course_number
    inner join counts.person_outcomes as persons on members.person_key = persons.person_key
)

select
    cells.measure,
    cells.stratum,
    cells.window_name,
    'all' as infection_class,
    count(*) filter (where outcomes.is_asked and outcomes.answer) as numerator,
    count(*) filter (where outcomes.is_asked) as denominator,
    count(*) filter (where not outcomes.is_asked) as left_out,
    coalesce(bool_or(outcomes.is_waiting), false) as provisional
from cells
inner join counts.strata as strata on cells.stratum = strata.stratum
left join counts.sensitivity_outcomes as outcomes
    on
        strata.person_key = outcomes.person_key
        and cells.measure = outcomes.measure
        and cells.window_name = outcomes.window_name
group by cells.measure, cells.stratum, cells.window_name
union all
select
    'infected_proportion' as measure,
    other_strata.stratum_set || ':' || other_strata.stratum as stratum,
    'early' as window_name,
    'all' as infection_class,
    count(*) filter (where members.complete_day_30 and members.is_day_30_over and members.infected_early)
        as numerator,
    count(*) filter (where members.complete_day_30 and members.is_day_30_over) as denominator,
    count(*) filter (where not (members.complete_day_30 and members.is_day_30_over)) as left_out,
    coalesce(bool_or(not members.is_day_30_over), false) as provisional
from other_strata
left join other_members as members
    on
        other_strata.stratum_set = members.stratum_set
        and other_strata.stratum = members.stratum
group by other_strata.stratum_set, other_strata.stratum
