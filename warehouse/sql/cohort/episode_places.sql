-- cohort.episode_places
-- Grain: one episode or listed row, with the ward, the specimen and the state of the results behind it.
-- Rule: the ward is the location, at onset, of the stay that covers it, inpatient stays first, the last one entered
-- first; the specimen is the first of the day of onset; one result that is not final makes the episode preliminary
-- (docs/definitions.md#line-list). `_on` hospital-local dates, `_at` UTC instants.
with

results as (
    select
        members.patient_id,
        members.group_key,
        members.evidence_on,
        members.evidence_at,
        micro.preliminary
    from cohort.episode_members as members
    inner join cohort.micro_results as micro
        on members.result_key = micro.result_key
),

specimens as (
    select
        core.episode_id,
        min(results.evidence_on) filter (where results.evidence_on = core.onset_on) as specimen_on,
        min(results.evidence_at) filter (where results.evidence_on = core.onset_on) as specimen_at,
        bool_or(results.preliminary) as is_preliminary
    from cohort.episode_core as core
    inner join results
        on
            core.patient_id = results.patient_id
            and core.group_key = results.group_key
    group by core.episode_id
),

rooms as (
    select
        core.episode_id,
        stays.inpatient,
        stays.started_at,
        stays.encounter_id,
        fhir_at(places.period_start, run.time_zone) as entered_at,
        coalesce(places.location_display, places.location_id) as ward,
        coalesce(
            fhir_at(places.period_start, run.time_zone) <= core.onset_at
            and coalesce(fhir_at(places.period_end, run.time_zone) >= core.onset_at, true),
            false
        ) as holds_instant
    from cohort.episode_core as core
    inner join cohort.stays as stays
        on
            core.patient_id = stays.patient_id
            and core.onset_on between stays.start_on and stays.end_on
    inner join stage.encounter_location as places
        on stays.encounter_id = places.encounter_id
    cross join ref.run as run
    where
        coalesce(fhir_on(places.period_start, run.time_zone) <= core.onset_on, true)
        and coalesce(fhir_on(places.period_end, run.time_zone) >= core.onset_on, true)
),

wards as (
    select
        episode_id,
        ward
    from rooms
    where ward is not null
    qualify
        row_number() over (
            partition by episode_id
            order by
                inpatient desc, holds_instant desc, entered_at desc nulls last, started_at desc nulls last,
                encounter_id asc, ward asc
        ) = 1
)

select
    core.episode_id,
    wards.ward,
    specimens.specimen_on,
    specimens.specimen_at,
    case when specimens.is_preliminary then 'preliminary' when not specimens.is_preliminary then 'final' end
        as result_status
from cohort.episode_core as core
left join specimens on core.episode_id = specimens.episode_id
left join wards on core.episode_id = wards.episode_id
