-- raw.rejects
-- Grain: one row per line that cannot be used at all.
-- Rule: A reject is kept with its place and its patient, and makes that patient incomplete (docs/definitions.md#raw).
-- Time: `_at` and `_from` are UTC instants, `_on` and `_date` local dates.
create table if not exists raw.rejects (
    landing_file varchar not null,
    line integer not null,
    resource_type varchar,
    resource_id varchar,
    reason varchar not null,
    known_from timestamptz not null,
    patient_id varchar
);
