-- ops.pull_summary
-- Grain: one row per resource type and state of the newest units of work as of ref.run.as_of.
-- Rule: the ledger in one screen: units, what came, what the server counts (docs/definitions.md#completeness).
-- Time: landed_at is an instant in UTC.
with

newest_units as (
    select
        units.resource_type,
        units.status,
        units.distinct_received,
        units.server_count,
        units.attempts
    from archive.ops.fetch_ledger as units
    cross join ref.run
    where units.landed_at <= run.as_of
    qualify
        row_number() over (
            partition by units.unit, units.resource_type, units.patient_id
            order by units.landed_at desc, units.ingest_id desc
        ) = 1
)

select
    newest_units.resource_type,
    newest_units.status,
    count(*) as units,
    cast(sum(newest_units.distinct_received) as bigint) as received,
    cast(sum(newest_units.server_count) as bigint) as server_count,
    cast(sum(newest_units.attempts) as bigint) as attempts
from newest_units
group by newest_units.resource_type, newest_units.status
