-- ops.runs
-- Grain: one row per flow run that built figures.
-- Rule: A run is named by what its figures depend on; a week keeps which issue it was compared with and which dated
-- analysis it shows (docs/definitions.md#time, #dated-analysis).
-- Time: `_at` and `_from` are UTC instants, `_on` and `_date` local dates.
create table if not exists ops.runs (
    run_id varchar not null,
    flow varchar,
    as_of timestamptz,
    data_date date,
    protocol varchar,
    protocol_hash varchar,
    valueset_hash varchar,
    software_version varchar,
    outcome varchar,
    previous_run_id varchar,
    analysis_run_id varchar
);
