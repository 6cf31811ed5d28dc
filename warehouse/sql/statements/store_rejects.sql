-- statement store_rejects: of a batch, what cannot be used at all, into raw.rejects
-- Grain: one row per rejected line.
-- Time: known_from is the landed_at of the ingest, in UTC.
insert into raw.rejects
select
    incoming.landing_file,
    incoming.line,
    incoming.resource_type,
    incoming.resource_id,
    incoming.reject_reason,
    cast(getvariable('landed_at') as timestamptz) as known_from,
    incoming.patient_id
from incoming
where incoming.reject_reason is not null
order by incoming.landing_file, incoming.line;
