-- cohort.condition_needs
-- Grain: one row per Condition with a conditional code whose condition is met.
-- Rule: neutropenia within neutropenia_window_days; a positive virus of the airways within matching_condition_days,
-- both ends (docs/definitions.md#joining-coded-and-cultured-evidence, #non-sterile-sites). Hospital-local dates.
select distinct code.resource_id
from cohort.condition_codes as code
inner join cohort.condition_dates as dates
    on code.resource_id = dates.condition_id
inner join cohort.neutropenic_days as neutropenic
    on dates.patient_id = neutropenic.patient_id
cross join ref.protocol as protocol
where
    code.condition_needed = 'neutropenia'
    and neutropenic.from_on <= dates.to_on + protocol.neutropenia_window_days
    and neutropenic.to_on >= coalesce(dates.from_on, dates.to_on) - protocol.neutropenia_window_days
union
select distinct code.resource_id
from cohort.condition_codes as code
inner join cohort.condition_dates as dates
    on code.resource_id = dates.condition_id
inner join cohort.micro_results as result
    on dates.patient_id = result.patient_id
inner join ref.sites as site
    on result.site = site.site and site.contiguity_group = 'respiratory'
cross join ref.protocol as protocol
where
    code.condition_needed = 'virus_result'
    and result.outcome = 'positive'
    and result.reason is null
    and starts_with(result.infection_class, 'viral')
    and result.collected_on <= dates.to_on + protocol.matching_condition_days
    and result.collected_on >= coalesce(dates.from_on, dates.to_on) - protocol.matching_condition_days
