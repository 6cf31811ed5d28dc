-- cohort.same_organisms
-- Grain: one organism code, with the codes that count as the same organism.
-- Rule: organisms are matched in pairs, there is no key per organism (docs/definitions.md#same-organism). No dates.
select
    organism_a as organism_code,
    list(distinct organism_b order by organism_b) as matching_organisms
from cohort.organism_matches
group by organism_a
