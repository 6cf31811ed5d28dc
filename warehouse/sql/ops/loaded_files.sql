-- ops.loaded_files
-- Grain: one row per landed file that was loaded.
-- Rule: Every line is accounted for: stored, duplicate, reject or blank (docs/definitions.md#raw).
-- Time: `_at` and `_from` are UTC instants, `_on` and `_date` local dates.
create table if not exists ops.loaded_files (
    ingest_id varchar not null,
    landing_file varchar not null primary key,
    resource_type varchar,
    line_count integer not null,
    stored_count integer not null,
    duplicate_count integer not null,
    reject_count integer not null,
    blank_count integer not null,
    finding_count integer not null
);
