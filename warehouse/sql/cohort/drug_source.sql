-- cohort.drug_source
-- Grain: one row per infused patient whose drug feed says anything; no row = unknown, never "no".
-- Rule: the best channel of which the patient has any resource on day -120..90 of a course, whatever its status:
-- administration before request; with an incomplete pull of it, of a better one or of Medication the patient is
-- unknown (is_complete = false), what was received still counts (docs/definitions.md#drug-exposure, D39).
-- Hospital-local dates.
with

channels as (
    select
        'administration' as drug_source,
        'MedicationAdministration' as resource_type,
        1 as source_order
    union all
    select
        'request' as drug_source,
        'MedicationRequest' as resource_type,
        2 as source_order
    union all
    select
        'medication' as drug_source,
        'Medication' as resource_type,
        0 as source_order
),

recorded as (
    select
        'administration' as drug_source,
        patient_id,
        coalesce(effective_datetime, effective_start) as day_text
    from stage.medication_administration
    union all
    select
        'request' as drug_source,
        patient_id,
        coalesce(dosage_start, authored_on) as day_text
    from stage.medication_request
),

chosen as (
    select
        recorded.patient_id,
        min(channels.source_order) as source_order
    from recorded
    inner join channels on recorded.drug_source = channels.drug_source
    inner join cohort.course_starts as courses on recorded.patient_id = courses.patient_id
    cross join ref.protocol as protocol
    cross join ref.run as run
    where
        fhir_last_on(recorded.day_text, run.time_zone) >= courses.day0_on + protocol.drug_first_day
        and fhir_first_on(recorded.day_text, run.time_zone) <= courses.day0_on + protocol.drug_last_day
    group by recorded.patient_id
),

-- A unit without a patient is missing for everybody.
incomplete as (
    select
        chosen.patient_id,
        count(*) as units
    from chosen
    inner join ops.incomplete_units as units on chosen.patient_id = coalesce(units.patient_id, chosen.patient_id)
    inner join channels
        on
            units.resource_type = channels.resource_type
            and chosen.source_order >= channels.source_order
    group by chosen.patient_id
)

select
    chosen.patient_id,
    channels.drug_source,
    incomplete.units is null as is_complete
from chosen
inner join channels on chosen.source_order = channels.source_order
left join incomplete on chosen.patient_id = incomplete.patient_id
