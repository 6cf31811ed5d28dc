-- cohort.micro_ancestors
-- Grain: one row per Observation and each Observation or DiagnosticReport that it hangs under.
-- Rule: the graph of hasMember, derivedFrom and DiagnosticReport.result; at most five levels, so that a circle in the
-- data ends (docs/definitions.md#microbiology-results). distance 1 = direct parent. No dates.
with recursive

links as (
    select
        member_id as child_id,
        'Observation' as parent_type,
        observation_id as parent_id
    from stage.observation_member
    union
    select
        observation_id as child_id,
        'Observation' as parent_type,
        source_id as parent_id
    from stage.observation_derived_from
    union
    select
        observation_id as child_id,
        'DiagnosticReport' as parent_type,
        diagnostic_report_id as parent_id
    from stage.diagnostic_report_result
),

climbed as (
    select
        child_id as resource_id,
        parent_type as ancestor_type,
        parent_id as ancestor_id,
        1 as distance
    from links
    where child_id is not null and parent_id is not null

    union

    select
        climbed.resource_id,
        links.parent_type as ancestor_type,
        links.parent_id as ancestor_id,
        climbed.distance + 1 as distance
    from climbed
    inner join links on climbed.ancestor_type = 'Observation' and climbed.ancestor_id = links.child_id
    where climbed.distance < 5
)

select
    resource_id,
    ancestor_type,
    ancestor_id,
    min(distance) as distance
from climbed
where not (ancestor_type = 'Observation' and ancestor_id = resource_id)
group by resource_id, ancestor_type, ancestor_id
