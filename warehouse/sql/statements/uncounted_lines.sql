-- statement uncounted_lines: loaded files whose lines are not all accounted for
-- Grain: one row.
-- Time: none.
with

stored as (
    select
        versions.landing_file,
        count(*) as version_count
    from raw.resource_versions as versions
    group by versions.landing_file
)

select count(*) as file_count
from ops.loaded_files as loaded
left join stored on loaded.landing_file = stored.landing_file
where
    loaded.stored_count != coalesce(stored.version_count, 0)
    or loaded.line_count
    != loaded.stored_count + loaded.duplicate_count + loaded.reject_count + loaded.blank_count;
