-- cohort.observed_days
-- Grain: one patient and day with a laboratory or culture result.
-- Rule: any result that was obtained shows that the patient was looked at, also a negative one
-- (docs/definitions.md#pre-existing-infection). Dropped, pending and not performed ones show nothing.
-- Hospital-local dates.
select
    patient_id,
    observed_on
from cohort.laboratory
where observed_on is not null
union
select
    patient_id,
    collected_on as observed_on
from cohort.micro_results
where
    collected_on is not null
    and coalesce(reason, '') not in ('status_dropped', 'superseded', 'pending', 'not_performed', 'no_date')
