-- statement store_structures: the structures of the current resources of one type, for the shape audit
-- Grain: one row per structure: the keys of a resource and the JSON types behind them.
-- Rule: resources of one structure are counted together (docs/definitions.md#raw).
-- Time: none.
insert into audit_structures
select
    getvariable('resource_type') as resource_type,
    json_structure(current_resources.resource) as structure,
    count(*) as resource_count
from current_resources
group by json_structure(current_resources.resource);
