-- cohort.clinical_groups
-- Grain: one Condition without organism that joined nothing and is, or belongs to, a clinically documented episode.
-- Rule: same site and gap < 14 days from the last evidence is the same episode (docs/definitions.md#recurrence).
-- Hospital-local dates; gaps are whole days.
with

spaced as (
    select
        conditions.resource_id,
        conditions.patient_id,
        conditions.site,
        conditions.sites,
        conditions.from_on,
        conditions.from_on - lag(conditions.from_on) over (
            partition by conditions.patient_id, conditions.site
            order by conditions.from_on asc, conditions.resource_id asc
        ) as gap
    from cohort.event_conditions as conditions
    where
        conditions.step = 'site'
        and conditions.opens
        and conditions.resource_id not in (select links.resource_id from cohort.condition_links as links)
        and conditions.resource_id not in (select links.resource_id from cohort.site_links as links)
)

select
    spaced.resource_id,
    spaced.patient_id,
    spaced.from_on,
    spaced.sites,
    'clinical-' || spaced.site || '-' || sum(
        case when spaced.gap < protocol.no_organism_gap_days then 0 else 1 end
    ) over (
        partition by spaced.patient_id, spaced.site
        order by spaced.from_on asc, spaced.resource_id asc
        rows unbounded preceding
    ) as group_key
from spaced
cross join ref.protocol as protocol
