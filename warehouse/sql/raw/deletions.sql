-- raw.deletions
-- Grain: one row per deletion learned.
-- Rule: A deleted resource is not looked at from the ingest on that learned of it (docs/definitions.md#raw).
-- Time: `_at` and `_from` are UTC instants, `_on` and `_date` local dates.
create table if not exists raw.deletions (
    resource_type varchar not null,
    resource_id varchar not null,
    known_from timestamptz not null,
    learned_by varchar
);
