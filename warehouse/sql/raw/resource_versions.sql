-- raw.resource_versions
-- Grain: one row per resource version: one row per type, id, version and content; a second row only after a deletion.
-- Rule: Raw first, versions kept (docs/definitions.md#raw); known_from is when the bringing ingest closed;
-- last_updated is null where the server gives none or its profile does not believe it (docs/definitions.md#time).
-- Time: `_at` and `_from` are UTC instants, `_on` and `_date` local dates.
create table if not exists raw.resource_versions ( -- noqa: PRS
    resource_type varchar not null,
    resource_id varchar not null,
    version_id varchar,
    last_updated timestamptz,
    content_hash varchar not null,
    known_from timestamptz not null,
    -- Half the time to write, and a quarter of the space, of what DuckDB chooses by itself. sqlfluff cannot read it.
    resource varchar not null using compression zstd,
    landing_file varchar not null,
    line integer not null
);
