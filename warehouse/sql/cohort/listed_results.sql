-- cohort.listed_results
-- Grain: one positive result that is no infection by a rule of group 2 and supports no episode.
-- Rule: listed with its key, never counted (docs/definitions.md#counted-and-listed). Hospital-local dates.
with

reasons as (
    select
        qualification.result_key,
        qualification.reason
    from cohort.result_qualification as qualification
    where qualification.reason is not null
    union all
    select
        hbv_results.result_key,
        hbv_results.reason
    from cohort.hbv_results as hbv_results
)

select
    results.patient_id,
    'listed-' || results.result_key as group_key,
    results.result_key,
    results.resource_type,
    results.resource_id,
    results.collected_on,
    results.collected_at,
    results.kind,
    results.site,
    results.organism_code,
    results.organism_name,
    results.infection_class,
    reasons.reason
from reasons
inner join cohort.micro_results as results
    on reasons.result_key = results.result_key
inner join cohort.not_counted_reasons as keys
    on
        reasons.reason = keys.reason
        and keys.reason_group = 2
where
    results.patient_id in (select courses.patient_id from cohort.courses as courses)
    and reasons.result_key not in (select groups.result_key from cohort.result_groups as groups)
