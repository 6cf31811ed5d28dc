-- statement damaged_versions: stored resources whose text no longer has the hash it was stored with
-- Grain: one row.
-- Time: none.
select count(*) as version_count
from raw.resource_versions
where sha256(resource_versions.resource) != resource_versions.content_hash;
