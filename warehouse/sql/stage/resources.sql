-- stage.resources
-- Grain: one row per resource that was known and not deleted as of ref.run.as_of: its current version.
-- Rule: current is the version with the greatest (last_updated, else known_from; then known_from), and none if a
-- deletion became known with it or later (docs/definitions.md#time, contracts 1). Ties within one ingest go to the
-- greater version number, then to the line that was landed last.
-- Time: last_updated and known_from are instants in UTC.
with

known_versions as (
    select
        versions.resource_type,
        versions.resource_id,
        versions.version_id,
        versions.last_updated,
        versions.known_from,
        versions.content_hash,
        versions.landing_file,
        versions.line
    from archive.raw.resource_versions as versions
    cross join ref.run
    where versions.known_from <= run.as_of
    qualify
        row_number() over (
            partition by versions.resource_type, versions.resource_id
            order by
                coalesce(versions.last_updated, versions.known_from) desc,
                versions.known_from desc,
                try_cast(versions.version_id as bigint) desc nulls last,
                versions.landing_file desc,
                versions.line desc
        ) = 1
)

select
    known_versions.resource_type,
    known_versions.resource_id,
    known_versions.version_id,
    known_versions.last_updated,
    known_versions.known_from,
    known_versions.content_hash,
    known_versions.landing_file,
    known_versions.line
from known_versions
where not exists (
    select 1
    from archive.raw.deletions as deletions
    cross join ref.run
    where
        deletions.resource_type = known_versions.resource_type
        and deletions.resource_id = known_versions.resource_id
        and deletions.known_from >= known_versions.known_from
        and deletions.known_from <= run.as_of
)
