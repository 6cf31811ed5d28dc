-- statement store_returned: of a batch, undated content that was known, was replaced, and has come again
-- Grain: one row per type and id; of several lines the one that was landed last.
-- Rule: where no instant orders the versions their arrival does: what came last is current, also when it was known
-- before (docs/definitions.md#time). What this very ingest brought already is in that order by its lines.
-- Time: known_from is the landed_at of the ingest, in UTC.
insert into raw.resource_versions
with

undated as (
    select
        incoming.resource_type,
        incoming.resource_id,
        incoming.version_id,
        incoming.content_hash,
        incoming.resource,
        incoming.landing_file,
        incoming.line
    from incoming
    where
        incoming.reject_reason is null
        and incoming.last_updated is null
    qualify
        row_number() over (
            partition by incoming.resource_type, incoming.resource_id
            order by incoming.landing_file desc, incoming.line desc
        ) = 1
),

newest as (
    select
        versions.resource_type,
        versions.resource_id,
        versions.content_hash,
        versions.known_from
    from raw.resource_versions as versions
    inner join undated
        on
            versions.resource_type = undated.resource_type
            and versions.resource_id = undated.resource_id
    qualify
        row_number() over (
            partition by versions.resource_type, versions.resource_id
            order by versions.known_from desc, versions.landing_file desc, versions.line desc
        ) = 1
)

select
    undated.resource_type,
    undated.resource_id,
    undated.version_id,
    null as last_updated,
    undated.content_hash,
    cast(getvariable('landed_at') as timestamptz) as known_from,
    undated.resource,
    undated.landing_file,
    undated.line
from undated
inner join newest
    on
        undated.resource_type = newest.resource_type
        and undated.resource_id = newest.resource_id
where
    undated.content_hash != newest.content_hash
    and newest.known_from < cast(getvariable('landed_at') as timestamptz)
returning landing_file, line;
