-- counts.strata
-- Grain: one row per stratum that every infection table is printed for, and cohort member in it; a stratum without
-- members has one row without a person.
-- Rule: without, with and unknown pre-existing infection, and all (docs/definitions.md#figures, D40). No times here.
with

names as (
    select strata.stratum
    from (values ('no'), ('yes'), ('unknown'), ('all')) as strata (stratum)
)

select
    names.stratum,
    persons.person_key
from names
left join counts.person_outcomes as persons
    on
        names.stratum = persons.stratum
        or names.stratum = 'all'
