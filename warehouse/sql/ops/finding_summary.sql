-- ops.finding_summary
-- Grain: one row per resource type, path and reason of objections to lines that are used, as known at ref.run.as_of.
-- Rule: an objection never loses a case; it is counted (docs/definitions.md#raw).
-- Time: known_from is an instant in UTC.
select
    findings.resource_type,
    findings.path,
    findings.reason,
    count(*) as lines
from archive.raw.findings as findings
cross join ref.run
where findings.known_from <= run.as_of
group by findings.resource_type, findings.path, findings.reason
