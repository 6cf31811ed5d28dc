-- statement store_versions: of a batch, what is not known yet, into raw.resource_versions
-- Grain: one row per type, id, version and content; ties within a batch go to the first line.
-- Rule: content that was known before a deletion and comes again is known anew, so that a resource which a
-- server hid for a while is not lost (docs/definitions.md#raw).
-- Time: known_from is the landed_at of the ingest, in UTC.
insert into raw.resource_versions
select
    incoming.resource_type,
    incoming.resource_id,
    incoming.version_id,
    -- The instant of FHIR is cast at once; the macro reads what is none and takes many times as long.
    case
        when
            regexp_full_match(
                incoming.last_updated, '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})'
            )
            then coalesce(
                try_cast(incoming.last_updated as timestamptz), fhir_at(incoming.last_updated, 'UTC')
            )
        else fhir_at(incoming.last_updated, 'UTC')
    end as last_updated,
    incoming.content_hash,
    cast(getvariable('landed_at') as timestamptz) as known_from,
    incoming.resource,
    incoming.landing_file,
    incoming.line
from incoming
where
    incoming.reject_reason is null
    and not exists (
        select 1
        from raw.resource_versions as known
        where
            known.resource_type = incoming.resource_type
            and known.resource_id = incoming.resource_id
            and known.version_id is not distinct from incoming.version_id
            and known.content_hash = incoming.content_hash
            and not exists (
                select 1
                from raw.deletions
                where
                    deletions.resource_type = known.resource_type
                    and deletions.resource_id = known.resource_id
                    and deletions.known_from >= known.known_from
                    and deletions.known_from < cast(getvariable('landed_at') as timestamptz)
            )
    )
qualify
    row_number() over (
        partition by
            incoming.resource_type, incoming.resource_id, incoming.version_id, incoming.content_hash
        order by incoming.landing_file, incoming.line
    ) = 1
returning landing_file, line;
