-- statement store_versions: the lines of a batch that are new, into raw.resource_versions
-- Grain: one row per line in new_lines.
-- Rule: raw first, versions kept (docs/definitions.md#raw).
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
inner join new_lines on incoming.number = new_lines.number;
