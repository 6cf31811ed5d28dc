-- cohort.neutropenic_days
-- Grain: one row per patient and span of days on which the patient is known to be neutropenic.
-- Rule: a neutropenia code, or a neutrophil count below neutropenia_anc_per_ul per microlitre
-- (docs/definitions.md#fever-and-neutropenia). Counts are canonical 10*3/uL. Hospital-local dates.
with

coded as (
    select distinct
        dates.patient_id,
        dates.from_on,
        greatest(dates.to_on, dates.abatement_on) as to_on
    from cohort.codings as codings
    inner join ref.risk_states as listed
        on
            codings.system = listed.system
            and listed.concept = 'neutropenia'
            and (codings.code = listed.code or (listed.match = 'prefix' and starts_with(codings.code, listed.code)))
    inner join cohort.condition_dates as dates on codings.resource_id = dates.condition_id
    inner join stage.condition as condition on codings.resource_id = condition.condition_id
    left join ref.status_filters as status
        on
            status.resource_type = 'Condition'
            and status.element = 'verificationStatus'
            and lower(trim(condition.verification_status)) = status.code
    where
        codings.resource_type = 'Condition'
        and codings.element = 'code'
        and status.action is distinct from 'drop'
        and dates.from_on is not null
)

select
    patient_id,
    from_on,
    to_on
from coded
union
select
    laboratory.patient_id,
    laboratory.observed_on as from_on,
    laboratory.observed_on as to_on
from cohort.laboratory as laboratory
cross join ref.protocol as protocol
where
    laboratory.analyte = 'anc'
    and laboratory.value * 1000 < protocol.neutropenia_anc_per_ul
    and not coalesce(starts_with(laboratory.comparator, '>'), false)
    and laboratory.observed_on is not null
