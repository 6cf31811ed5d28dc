-- statement known_deletions: raw.deletions as known at known.run.as_of
-- Grain: one row per deletion learned by then.
-- Rule: what landed later is not looked at (docs/definitions.md#time).
-- Time: known_from is an instant in UTC.
create view raw.deletions as
select
    deletions.resource_type,
    deletions.resource_id,
    deletions.known_from,
    deletions.learned_by
from archive.raw.deletions as deletions
cross join known.run
where deletions.known_from <= run.as_of;
