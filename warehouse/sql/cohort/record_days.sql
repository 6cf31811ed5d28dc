-- cohort.record_days
-- Grain: one row per patient with any dated record, up to the data date.
-- Rule: first record = earliest encounter, result or recordedDate; last contact = latest encounter, result, vital sign,
-- administration or infusion, and a dated death where there is one (docs/definitions.md#days-at-risk, D07, D13).
-- Hospital-local dates.
with

contacts as (
    select
        records.patient_id,
        min(records.seen_on) filter (
            where records.kind in ('encounter', 'result', 'recorded')
        ) as first_record_on,
        max(records.seen_on) filter (
            where records.kind in ('encounter', 'result', 'administration')
        ) as last_seen_on
    from cohort.dated_records as records
    cross join ref.run as run
    where records.seen_on <= run.data_date
    group by records.patient_id
),

stays as (
    select
        stays.patient_id,
        max(least(stays.end_on, run.data_date)) as last_stay_on
    from cohort.stays as stays
    cross join ref.run as run
    where stays.start_on <= run.data_date
    group by stays.patient_id
),

infusions as (
    select
        infusions.patient_id,
        max(infusions.infused_on) as last_infused_on
    from cohort.infusions as infusions
    cross join ref.run as run
    where infusions.infused_on <= run.data_date
    group by infusions.patient_id
),

people as (
    select patient_id from contacts
    union
    select patient_id from infusions
)

select
    people.patient_id,
    contacts.first_record_on,
    coalesce(
        deaths.died_on,
        greatest(contacts.last_seen_on, stays.last_stay_on, infusions.last_infused_on)
    ) as last_contact_on
from people
left join contacts on people.patient_id = contacts.patient_id
left join stays on people.patient_id = stays.patient_id
left join infusions on people.patient_id = infusions.patient_id
left join cohort.deaths as deaths on people.patient_id = deaths.patient_id
