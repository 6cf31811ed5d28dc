-- cohort.patients
-- Grain: one row per patient that the server has sent.
-- Rule: a partial birth date is its earliest day; the local number is the usual identifier and leaves the house only
-- in the internal edition (docs/definitions.md#cohort). Hospital-local dates.
with

identifiers as (
    select
        patient_id,
        min_by(value, (coalesce(use, '') <> 'usual', coalesce(use, '') <> 'official', system, value))
            as local_identifier
    from stage.patient_identifier
    where coalesce(use, '') <> 'old'
    group by patient_id
)

select
    patient.patient_id,
    identifiers.local_identifier,
    fhir_first_on(patient.birth_date, run.time_zone) as birth_date_earliest,
    patient.gender as sex,
    deaths.died_on,
    causes.death_cause
from stage.patient as patient
left join identifiers on patient.patient_id = identifiers.patient_id
left join cohort.deaths as deaths on patient.patient_id = deaths.patient_id
left join cohort.death_causes as causes on patient.patient_id = causes.patient_id
cross join ref.run as run
