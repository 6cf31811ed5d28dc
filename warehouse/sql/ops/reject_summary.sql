-- ops.reject_summary
-- Grain: one row per resource type and reason of lines that cannot be used, as known at ref.run.as_of.
-- Rule: every line is accounted for (docs/definitions.md#raw).
-- Time: known_from is an instant in UTC.
select
    rejects.resource_type,
    rejects.reason,
    count(*) as lines
from archive.raw.rejects as rejects
cross join ref.run
where rejects.known_from <= run.as_of
group by rejects.resource_type, rejects.reason
