-- cohort.drug_spans
-- Grain: one row per kept administration or request of a patient's drug source, with its first and last day.
-- Rule: an administration by its period, a request by its dosage period, else its authoredOn; an open period is its
-- first day (docs/definitions.md#drug-exposure, D39). Hospital-local dates.
with

written as (
    select
        'MedicationAdministration' as resource_type,
        'administration' as drug_source,
        medication_administration_id as resource_id,
        coalesce(effective_datetime, effective_start) as first_text,
        effective_end as last_text
    from stage.medication_administration
    union all
    select
        'MedicationRequest' as resource_type,
        'request' as drug_source,
        medication_request_id as resource_id,
        coalesce(dosage_start, authored_on) as first_text,
        dosage_end as last_text
    from stage.medication_request
)

select
    written.resource_type,
    written.resource_id,
    kept.patient_id,
    source.drug_source,
    fhir_on(written.first_text, run.time_zone) as first_on,
    greatest(
        fhir_on(written.first_text, run.time_zone),
        coalesce(fhir_on(written.last_text, run.time_zone), fhir_on(written.first_text, run.time_zone))
    ) as last_on
from written
inner join cohort.kept_resources as kept
    on
        written.resource_type = kept.resource_type
        and written.resource_id = kept.resource_id
inner join cohort.drug_source as source
    on
        kept.patient_id = source.patient_id
        and written.drug_source = source.drug_source
cross join ref.run as run
where fhir_on(written.first_text, run.time_zone) is not null
