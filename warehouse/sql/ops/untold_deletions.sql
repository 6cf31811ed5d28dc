-- ops.untold_deletions
-- Grain: one row per resource type whose deletions cannot be learned from the server, as of ref.run.as_of.
-- Rule: the newest ledger row of comparing a type says so (docs/definitions.md#completeness).
-- Time: landed_at is an instant in UTC.
with

newest_units as (
    select
        units.resource_type,
        units.reason
    from archive.ops.fetch_ledger as units
    cross join ref.run
    where
        units.landed_at <= run.as_of
        and units.unit = 'deletions ' || units.resource_type
        and units.patient_id is null
    qualify
        row_number() over (
            partition by units.resource_type
            order by units.landed_at desc, units.ingest_id desc
        ) = 1
)

select
    newest_units.resource_type,
    newest_units.reason
from newest_units
where newest_units.reason like 'deletions cannot be learned%'
