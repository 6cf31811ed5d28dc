-- statement current_resources: the JSON of the current versions of one type, for the views of that type
-- Grain: one row per resource of the type in stage.resources.
-- Time: none.
create or replace temp table current_resources as
select
    versions.resource_type,
    versions.resource_id,
    cast(versions.resource as json) as resource
from stage.resources
inner join archive.raw.resource_versions as versions
    on
        resources.resource_type = versions.resource_type
        and resources.landing_file = versions.landing_file
        and resources.line = versions.line
where resources.resource_type = getvariable('resource_type');
