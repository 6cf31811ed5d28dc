-- statement known_rejects: raw.rejects as known at known.run.as_of
-- Grain: one row per line rejected by then.
-- Rule: what landed later is not looked at (docs/definitions.md#time).
-- Time: known_from is an instant in UTC.
create view raw.rejects as
select
    rejects.landing_file,
    rejects.line,
    rejects.resource_type,
    rejects.resource_id,
    rejects.reason,
    rejects.known_from,
    rejects.patient_id
from archive.raw.rejects as rejects
cross join known.run
where rejects.known_from <= run.as_of;
