-- cohort.clause_organisms
-- Grain: one row per distinct text of a result and organism that a clause of it names.
-- Rule: names first, the longest of overlapping ones; else a genus; never from a negative or a contamination clause.
-- Chinese names match by containment (docs/definitions.md#microbiology-results). No dates.
with

clauses as (
    select
        text,
        clause,
        clause_key,
        ' ' || clause_key || ' ' as bounded_key
    from cohort.result_clauses
    where not is_negative and not is_contamination
),

named as (
    select
        clauses.text,
        clauses.clause,
        known.name_key,
        known.system,
        known.code
    from clauses
    inner join ref.organism_names as known
        on
            (known.language = 'zh' and contains(lower(clauses.clause), lower(known.name_key)))
            or (known.language <> 'zh' and contains(clauses.bounded_key, ' ' || known.name_key || ' '))
),

longest as (
    select
        named.text,
        named.clause,
        named.name_key,
        named.system,
        named.code
    from named
    left join named as longer
        on
            named.text = longer.text
            and named.clause = longer.clause
            and named.name_key <> longer.name_key
            and contains(longer.name_key, named.name_key)
    where longer.text is null
),

by_genus as (
    select
        clauses.text,
        clauses.clause,
        indexed.organism_code
    from clauses
    inner join cohort.organism_index as indexed
        on indexed.rank = 'genus' and list_contains(string_split(clauses.clause_key, ' '), lower(indexed.genus))
    left join longest on clauses.text = longest.text and clauses.clause = longest.clause
    where longest.text is null
)

select
    longest.text,
    indexed.organism_code
from longest
inner join cohort.organism_index as indexed on longest.system = indexed.system and longest.code = indexed.code
union
select
    text,
    organism_code
from by_genus
