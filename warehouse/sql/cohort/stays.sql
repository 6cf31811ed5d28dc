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

begun as (
    select
        kept.patient_id,
        encounter.encounter_id,
        encounter.status,
        encounter.period_start,
        fhir_on(encounter.period_start, run.time_zone) as start_on,
        fhir_on(encounter.period_end, run.time_zone) as end_on,
        min(fhir_on(encounter.period_start, run.time_zone)) over (
            partition by kept.patient_id
            order by fhir_on(encounter.period_start, run.time_zone) asc
            range between interval 1 day following and unbounded following
        ) as next_start_on
    from stage.encounter as encounter
    inner join cohort.kept_resources as kept
        on
            kept.resource_type = 'Encounter'
            and encounter.encounter_id = kept.resource_id
    cross join ref.run as run
    where fhir_on(encounter.period_start, run.time_zone) is not null
),

-- Many servers leave the encounter out of results: a record of nobody's stay is inside the open one of its day.
inside as (
    select
        begun.encounter_id,
        max(records.seen_on) as last_on
    from begun
    cross join ref.run as run
    inner join cohort.dated_records as records
        on
            begun.patient_id = records.patient_id
            and begun.start_on <= records.seen_on
            and run.data_date >= records.seen_on
            and (
                begun.encounter_id = records.encounter_id
                or (records.encounter_id is null and coalesce(begun.next_start_on > records.seen_on, true))
            )
    where begun.end_on is null
    group by begun.encounter_id
)

select
    begun.patient_id,
    begun.encounter_id,
    begun.status,
    begun.start_on,
    coalesce(begun.end_on, inside.last_on, begun.start_on) as end_on,
    fhir_at(begun.period_start, run.time_zone) as started_at,
    coalesce(classes.inpatient, false) as inpatient,
    coalesce(classes.emergency, false) as emergency
from begun
left join classes on begun.encounter_id = classes.encounter_id
left join inside on begun.encounter_id = inside.encounter_id
cross join ref.run as run
