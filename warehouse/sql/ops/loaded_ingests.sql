-- ops.loaded_ingests
-- Grain: one row per closed ingest that was loaded.
-- Rule: An ingest counts once its manifest has landed_at; it is loaded once (docs/definitions.md#raw).
-- Time: `_at` and `_from` are UTC instants, `_on` and `_date` local dates.
create table if not exists ops.loaded_ingests (
    ingest_id varchar not null primary key,
    landed_at timestamptz not null,
    source varchar,
    roster varchar
);
