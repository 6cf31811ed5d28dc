-- counts.outcome_cells
-- Grain: one row per measure, stratum, window and class that is asked by day 30 or 90, also where nobody is.
-- Rule: progression is asked of those infected before only, everything else of every stratum
-- (docs/definitions.md#figures, D40). No times here.
with

measures as (
    select
        measures.measure,
        measures.window_name
    from (
        values
        ('infection_death_proportion', 'early'),
        ('probable_infection_death', 'early'),
        ('infection_death_proportion', 'early_and_late'),
        ('probable_infection_death', 'early_and_late'),
        ('progression_proportion', 'early'),
        ('progression_broad_proportion', 'early')
    ) as measures (measure, window_name)
),

names as (
    select distinct stratum
    from counts.strata
)

select
    measures.measure,
    names.stratum,
    measures.window_name,
    'all' as infection_class
from measures
cross join names
where
    not starts_with(measures.measure, 'progression')
    or names.stratum = 'yes'
union all
select
    'infected_proportion' as measure,
    names.stratum,
    'early' as window_name,
    classes.label as infection_class
from names
cross join counts.classes as classes
