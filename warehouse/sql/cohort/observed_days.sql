-- cohort.observed_days
-- Grain: one patient and day with a laboratory or culture result.
-- Rule: any result that was obtained shows that the patient was looked at, also a negative one; vital signs do not
-- (docs/definitions.md#pre-existing-infection). Dropped, pending and not performed ones show nothing.
-- Hospital-local dates.
select
    laboratory.patient_id,
    laboratory.observed_on
from cohort.laboratory as laboratory
where
    laboratory.observed_on is not null
    and exists (
        select 1
        from ref.lab_tests as tests
        where tests.analyte = laboratory.analyte and tests.kind = 'lab'
    )
union
select
    results.patient_id,
    results.collected_on as observed_on
from cohort.micro_results as results
where
    results.collected_on is not null
    and coalesce(results.reason, '') not in ('status_dropped', 'superseded', 'pending', 'not_performed', 'no_date')
union
select
    records.patient_id,
    records.seen_on as observed_on
from cohort.dated_records as records
inner join cohort.codings as codings
    on
        records.resource_type = codings.resource_type
        and records.resource_id = codings.resource_id
where
    records.kind = 'result'
    and records.resource_type = 'Observation'
    and codings.element = 'category'
    and codings.code = 'laboratory'
