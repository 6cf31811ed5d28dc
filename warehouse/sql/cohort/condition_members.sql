-- cohort.condition_members
-- Grain: one Condition that belongs to an episode, or is listed as none.
-- Rule: a joined Condition adds its site, an attaching code adds none; add-ons give organism and class
-- (docs/definitions.md#joining-coded-and-cultured-evidence). Hospital-local dates.
select
    links.patient_id,
    links.group_key,
    'Condition' as resource_type,
    conditions.resource_id,
    conditions.from_on as evidence_on,
    case when links.join_rule in ('attached', 'severity', 'add_on') then cast([] as varchar[]) else conditions.sites end
        as sites,
    conditions.fits_any_airway,
    conditions.organism_code,
    conditions.matching_organisms,
    conditions.organism_name,
    conditions.infection_class,
    case when not conditions.undatable then conditions.abatement_on end as abatement_on,
    links.join_rule in ('named', 'clinical', 'sepsis') as founds,
    links.join_rule,
    case
        when conditions.step = 'organism' then 'coded_organism'
        when links.join_rule = 'sepsis' then 'sepsis_code'
        else 'coded'
    end as rule,
    cast(null as varchar) as reason
from cohort.linked_conditions as links
inner join cohort.event_conditions as conditions
    on links.resource_id = conditions.resource_id
union all
select
    patient_id,
    group_key,
    'Condition' as resource_type,
    resource_id,
    from_on as evidence_on,
    [coalesce(site, 'unknown')] as sites,
    false as fits_any_airway,
    organism_code,
    cast([] as varchar[]) as matching_organisms,
    organism_name,
    infection_class,
    cast(null as date) as abatement_on,
    true as founds,
    'listed' as join_rule,
    'listed' as rule,
    reason
from cohort.listed_conditions
