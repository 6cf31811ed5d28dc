-- cohort.organisms
-- Grain: one row per organism, resistant variants folded into their base.
-- Rule: what a result and a code that names an organism know about it (docs/definitions.md#same-organism). target is
-- the word of the test list for what a specific test looks for. No dates.
with

targets as (
    select
        indexed.organism_code,
        min(test.target) as target
    from ref.micro_tests as test
    inner join cohort.organism_index as indexed
        on test.organism_system = indexed.system and test.organism_code = indexed.code
    where test.kind in ('viral_load', 'nucleic_acid', 'toxin')
    group by indexed.organism_code
)

select
    indexed.organism_code,
    indexed.organism_name,
    indexed.genus,
    indexed.species,
    indexed.rank,
    indexed.match_level,
    indexed.infection_class,
    indexed.recurrence_group,
    indexed.is_contaminant,
    targets.target
from cohort.organism_index as indexed
left join targets on indexed.organism_code = targets.organism_code
where indexed.organism_code in (indexed.code, 'genus:' || indexed.code)
