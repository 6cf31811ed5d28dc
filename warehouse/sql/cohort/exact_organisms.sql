-- cohort.exact_organisms
-- Grain: one row per distinct text that is nothing but the name of an organism.
-- Rule: an organism may be the code of an Observation, as text too; then the whole text must be a known name
-- (docs/definitions.md#microbiology-results). No dates.
select distinct
    clause.text,
    indexed.organism_code
from cohort.result_clauses as clause
inner join ref.organism_names as known
    on
        (known.language = 'zh' and clause.clause = known.name_key)
        or (known.language <> 'zh' and clause.clause_key = known.name_key)
inner join cohort.organism_index as indexed on known.system = indexed.system and known.code = indexed.code
where clause.clause = clause.text
