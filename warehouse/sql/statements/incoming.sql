-- statement incoming: where the lines of one batch stand before they are sorted into raw
-- Grain: one row per landed line that is not blank.
-- Time: last_updated is text as received; raw holds it as an instant.
create or replace temp table incoming (
    landing_file varchar not null,
    line integer not null,
    resource_type varchar,
    resource_id varchar,
    version_id varchar,
    last_updated varchar,
    content_hash varchar,
    resource varchar,
    patient_id varchar,
    reject_reason varchar
);
