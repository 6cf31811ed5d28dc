-- ops.regressed_versions
-- Grain: one row per resource whose newest arrival as of ref.run.as_of is older than a version known before.
-- Rule: such a version is kept and not current; a restored server or a wrong clock is the usual cause (contracts 1).
-- Time: all instants in UTC.
with

arrivals as (
    select
        versions.resource_type,
        versions.resource_id,
        versions.version_id,
        versions.last_updated,
        versions.known_from,
        max(versions.last_updated) over (
            partition by versions.resource_type, versions.resource_id
            order by versions.known_from
            range between unbounded preceding and interval 1 microsecond preceding
        ) as newest_before
    from archive.raw.resource_versions as versions
    cross join ref.run
    where versions.known_from <= run.as_of
)

select
    arrivals.resource_type,
    arrivals.resource_id,
    arrivals.version_id,
    arrivals.last_updated,
    arrivals.known_from
from arrivals
where arrivals.last_updated < arrivals.newest_before
qualify
    row_number() over (
        partition by arrivals.resource_type, arrivals.resource_id
        order by arrivals.known_from desc, arrivals.last_updated desc, arrivals.version_id asc
    ) = 1
