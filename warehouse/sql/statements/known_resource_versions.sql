-- statement known_resource_versions: raw.resource_versions as known at known.run.as_of
-- Grain: one row per resource version known by then.
-- Rule: what landed later is not looked at (docs/definitions.md#time).
-- Time: known_from and last_updated are instants in UTC.
create view raw.resource_versions as
select
    versions.resource_type,
    versions.resource_id,
    versions.version_id,
    versions.last_updated,
    versions.content_hash,
    versions.known_from,
    versions.resource,
    versions.landing_file,
    versions.line
from archive.raw.resource_versions as versions
cross join known.run
where versions.known_from <= run.as_of;
