-- cohort.named_conditions
-- Grain: one dated Condition whose code names an organism and that joined no result, numbered within its patient.
-- Rule: such a code is an episode of its own (docs/definitions.md#joining-coded-and-cultured-evidence).
-- Hospital-local dates.
select
    conditions.resource_id,
    conditions.patient_id,
    conditions.from_on,
    conditions.organism_code,
    conditions.matching_organisms,
    conditions.interval_days,
    conditions.sites,
    row_number() over (
        partition by conditions.patient_id
        order by conditions.from_on asc, conditions.resource_id asc
    ) as position
from cohort.event_conditions as conditions
where
    conditions.step = 'organism'
    and conditions.opens
    and conditions.resource_id not in (select links.resource_id from cohort.condition_links as links)
