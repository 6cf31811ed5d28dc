-- cohort.organism_index
-- Grain: one row per organism code that any list knows, and one per genus that has no code of its own.
-- Rule: a resistant variant is its base organism (docs/definitions.md#same-organism); is_contaminant is the set of
-- the cohort layer, not NHSN's (docs/definitions.md#contaminants). No dates.
with

known as (
    select
        organism.system,
        organism.code,
        base.code as organism_code,
        base.name as organism_name,
        base.genus,
        base.species,
        base.rank,
        base.match_level,
        base.infection_class,
        base.recurrence_group,
        base.nhsn_common_commensal as is_commensal
    from ref.organisms as organism
    inner join ref.organisms as base
        on organism.system = base.system and coalesce(organism.base_code, organism.code) = base.code
    union all
    select
        system,
        code,
        organism_code,
        organism_name,
        genus,
        species,
        rank,
        match_level,
        infection_class,
        recurrence_group,
        is_commensal
    from cohort.unlisted_organisms
),

-- The most exact row of the list decides: the code, the species, the species without subspecies, the genus.
contaminant_rows as (
    select
        known.system,
        known.code,
        listed.contaminant,
        case
            when listed.code = known.organism_code then 1
            when listed.species = known.species then 2
            when listed.species = split_part(known.species, ' ', 1) then 3
            else 4
        end as exactness
    from known
    inner join ref.cohort_contaminants as listed
        on
            known.organism_code = listed.code
            or (
                known.genus = listed.genus
                and listed.species in (known.species, split_part(known.species, ' ', 1), '*')
            )
),

contaminants as (
    select
        system,
        code,
        arg_min(contaminant, exactness) as is_contaminant
    from contaminant_rows
    group by system, code
)

select
    known.system,
    known.code,
    known.organism_code,
    known.organism_name,
    known.genus,
    known.species,
    known.rank,
    known.match_level,
    known.infection_class,
    known.recurrence_group,
    known.is_commensal,
    coalesce(contaminants.is_contaminant, false) as is_contaminant
from known
left join contaminants on known.system = contaminants.system and known.code = contaminants.code
