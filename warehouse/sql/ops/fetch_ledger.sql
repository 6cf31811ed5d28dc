-- ops.fetch_ledger
-- Grain: one row per unit of work of a pull.
-- Rule: A week is complete when the newest row of every unit is (docs/definitions.md#completeness).
-- Time: `_at` and `_from` are UTC instants, `_on` and `_date` local dates.
create table if not exists ops.fetch_ledger (
    ingest_id varchar not null,
    unit varchar not null,
    resource_type varchar,
    patient_id varchar,
    asked bigint,
    received bigint,
    distinct_received bigint,
    server_count bigint,
    attempts integer,
    status varchar not null,
    reason varchar,
    landed_at timestamptz not null
);
