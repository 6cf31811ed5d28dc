-- cohort.organism_matches
-- Grain: one row per ordered pair of organisms that are the same organism, itself included; both directions.
-- Rule: pairs, never a key: equal species, or one of the two known only to the genus and the genus agrees; "yeast"
-- matches any yeast, a family or a Gram stain matches nothing (not even itself), "Staphylococcus sp." never a
-- commensal (docs/definitions.md#same-organism, rules D21). No dates.
with

organisms as (
    select distinct
        organism_code,
        organism_name,
        genus,
        split_part(species, ' ', 1) as species,
        rank,
        match_level,
        infection_class,
        recurrence_group,
        is_commensal
    from cohort.organism_index
    where match_level <> 'none'
),

virus_names as (
    select distinct
        organism.organism_code,
        organism.infection_class,
        organism.recurrence_group,
        known.name_key
    from organisms as organism
    inner join cohort.organism_index as indexed on organism.organism_code = indexed.organism_code
    inner join ref.organism_names as known on indexed.system = known.system and indexed.code = known.code
    where organism.rank = 'virus'
),

-- A virus named without its type is the wider one: "herpes simplex virus" begins "herpes simplex virus 1".
wider_viruses as (
    select distinct
        wider.organism_code as wide,
        narrower.organism_code as narrow
    from virus_names as wider
    inner join virus_names as narrower
        on
            wider.infection_class = narrower.infection_class
            and wider.recurrence_group = narrower.recurrence_group
            and wider.organism_code <> narrower.organism_code
            and starts_with(narrower.name_key, wider.name_key || ' ')
    union
    select
        wider.organism_code as wide,
        narrower.organism_code as narrow
    from organisms as wider
    inner join organisms as narrower
        on
            wider.rank = 'virus'
            and narrower.rank = 'virus'
            and wider.organism_code <> narrower.organism_code
            and list_has_all(string_split(narrower.organism_name, ' '), string_split(wider.organism_name, ' '))
),

wider as (
    select
        wide,
        narrow
    from wider_viruses
    union
    select
        wide.organism_code as wide,
        narrow.organism_code as narrow
    from organisms as wide
    inner join organisms as narrow
        on
            (wide.match_level = 'any_yeast' and wide.infection_class = narrow.infection_class)
            or (
                wide.match_level = 'genus'
                and wide.genus = narrow.genus
                and not (wide.is_commensal is false and narrow.is_commensal is true)
            )
            or (
                wide.match_level = 'group'
                and wide.genus = narrow.genus
                and (
                    (wide.species is null and wide.is_commensal and narrow.is_commensal)
                    or (
                        contains(lower(wide.organism_name), ' ' || narrow.species)
                        and not contains(wide.organism_name, ' not ')
                    )
                )
            )
            or (wide.genus = narrow.genus and wide.species = narrow.species)
)

select
    organism_code as organism_a,
    organism_code as organism_b
from organisms
union
select
    wide as organism_a,
    narrow as organism_b
from wider
union
select
    narrow as organism_a,
    wide as organism_b
from wider
