-- cohort.specimen_lineage
-- Grain: one row per specimen and each specimen that it came from, itself at distance 0.
-- Rule: an isolate or an aliquot is its parent's specimen (docs/definitions.md#microbiology-results); at most five
-- levels, so that a circle in the data ends. No dates.
with recursive

climbed as (
    select
        specimen_id,
        specimen_id as source_id,
        0 as distance
    from stage.specimen

    union

    select
        climbed.specimen_id,
        specimen.parent_id as source_id,
        climbed.distance + 1 as distance
    from climbed
    inner join stage.specimen as specimen on climbed.source_id = specimen.specimen_id
    where specimen.parent_id is not null and specimen.parent_id <> climbed.specimen_id and climbed.distance < 5
)

select
    specimen_id,
    source_id,
    min(distance) as distance
from climbed
group by specimen_id, source_id
