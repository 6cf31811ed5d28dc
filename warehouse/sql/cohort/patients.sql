-- cohort.patients
-- Grain: one row per patient that the server has sent.
-- Rule: a partial birth date is its earliest day; the local number is the usual identifier, of the site's own system
-- where the settings name one, and leaves the house only in the internal edition (docs/definitions.md#cohort).
-- Hospital-local dates.
with

identifiers as (
    select
        numbers.patient_id,
        min_by(
            numbers.value,
            (
                coalesce(numbers.use, '') <> 'usual',
                coalesce(numbers.use, '') <> 'official',
                numbers.system,
                numbers.value
            )
        ) as local_identifier
    from stage.patient_identifier as numbers
    cross join ref.run as run
    where
        coalesce(numbers.use, '') <> 'old'
        and (run.identifier_system is null or numbers.system = run.identifier_system)
    group by numbers.patient_id
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
