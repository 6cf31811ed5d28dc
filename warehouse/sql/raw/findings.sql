-- raw.findings
-- Grain: one row per objection to a line that is used.
-- Rule: An objection never loses a case; it is counted (docs/definitions.md#raw).
-- Time: `_at` and `_from` are UTC instants, `_on` and `_date` local dates.
create table if not exists raw.findings (
    landing_file varchar not null,
    line integer not null,
    resource_type varchar not null,
    resource_id varchar not null,
    path varchar,
    reason varchar not null,
    known_from timestamptz not null
);
