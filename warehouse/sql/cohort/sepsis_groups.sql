-- cohort.sepsis_groups
-- Grain: one sepsis code without organism that found no open episode and stands as one.
-- Rule: gap < 14 days from the last such code is the same episode
-- (docs/definitions.md#joining-coded-and-cultured-evidence). Hospital-local dates; gaps are whole days.
with

spaced as (
    select
        conditions.resource_id,
        conditions.patient_id,
        conditions.sites,
        conditions.from_on,
        conditions.from_on - lag(conditions.from_on) over (
            partition by conditions.patient_id
            order by conditions.from_on asc, conditions.resource_id asc
        ) as gap
    from cohort.event_conditions as conditions
    where
        conditions.step = 'sepsis'
        and conditions.opens
        and conditions.resource_id not in (select links.resource_id from cohort.condition_links as links)
        and conditions.resource_id not in (select links.resource_id from cohort.sepsis_links as links)
)

select
    spaced.resource_id,
    spaced.patient_id,
    spaced.from_on,
    spaced.sites,
    'sepsis-' || sum(
        case when spaced.gap < protocol.no_organism_gap_days then 0 else 1 end
    ) over (
        partition by spaced.patient_id
        order by spaced.from_on asc, spaced.resource_id asc
        rows unbounded preceding
    ) as group_key
from spaced
cross join ref.protocol as protocol
