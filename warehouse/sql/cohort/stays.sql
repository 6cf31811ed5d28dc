-- cohort.stays
-- Grain: one row per encounter that took place and has a first day.
-- Rule: planned and cancelled ones are none; without an end it lasts to the last dated record inside it, not to the
-- data date (docs/definitions.md#days-at-risk, D07). Hospital-local dates.
with

classes as (
    select
        codings.resource_id as encounter_id,
        bool_or(classes.inpatient) as inpatient,
        bool_or(classes.emergency) as emergency
    from cohort.codings as codings
    inner join ref.encounter_classes as classes
        on
            codings.code = classes.code
            and coalesce(codings.system, classes.system) = classes.system
    where
        codings.resource_type = 'Encounter'
        and codings.element = 'class'
    group by codings.resource_id
),

inside as (
    select
        records.encounter_id,
        max(records.seen_on) as last_on
    from cohort.dated_records as records
    cross join ref.run as run
    where records.seen_on <= run.data_date
    group by records.encounter_id
)

select
    kept.patient_id,
    encounter.encounter_id,
    encounter.status,
    fhir_on(encounter.period_start, run.time_zone) as start_on,
    coalesce(
        fhir_on(encounter.period_end, run.time_zone),
        greatest(inside.last_on, fhir_on(encounter.period_start, run.time_zone))
    ) as end_on,
    fhir_at(encounter.period_start, run.time_zone) as started_at,
    coalesce(classes.inpatient, false) as inpatient,
    coalesce(classes.emergency, false) as emergency
from stage.encounter as encounter
inner join cohort.kept_resources as kept
    on
        kept.resource_type = 'Encounter'
        and encounter.encounter_id = kept.resource_id
left join classes on encounter.encounter_id = classes.encounter_id
left join inside on encounter.encounter_id = inside.encounter_id
cross join ref.run as run
where fhir_on(encounter.period_start, run.time_zone) is not null
