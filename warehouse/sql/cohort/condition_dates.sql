-- cohort.condition_dates
-- Grain: one row per Condition.
-- Rule: onset as a full date, or start of its period; else a partial onset or onsetAge as an interval; else
-- recordedDate if it lies in a stay that began at most recorded_onset_encounter_days before, flagged; else from the
-- start of the stay to recordedDate (docs/definitions.md#onset, rules D29).
-- No start: from_on is NULL. Hospital-local dates.
with

written as (
    select
        condition.condition_id,
        condition.patient_id,
        condition.encounter_id,
        coalesce(condition.onset_datetime, condition.onset_start) as onset_text,
        try_cast(condition.onset_age_value as decimal(9, 3))
        * case
            when condition.onset_age_unit in ('a', 'yr', 'year', 'years') then 12
            when condition.onset_age_unit in ('mo', 'month', 'months') then 1
        end as age_months,
        if(condition.onset_age_unit in ('a', 'yr', 'year', 'years'), 12, 1) as age_width_months,
        patient.birth_date,
        coalesce(condition.abatement_datetime, condition.abatement_end, condition.abatement_start) as abatement_text,
        condition.recorded_date,
        run.time_zone
    from stage.condition as condition
    left join stage.patient as patient on condition.patient_id = patient.patient_id
    cross join ref.run as run
),

readings as (
    select
        condition_id,
        patient_id,
        encounter_id,
        coalesce(
            fhir_first_on(onset_text, time_zone),
            cast(fhir_first_on(birth_date, time_zone) + to_months(cast(floor(age_months) as integer)) as date)
        ) as onset_first_on,
        coalesce(
            fhir_last_on(onset_text, time_zone),
            cast(
                fhir_last_on(birth_date, time_zone)
                + to_months(cast(floor(age_months) as integer) + age_width_months) as date
            ) - 1
        ) as onset_last_on,
        fhir_on(abatement_text, time_zone) as abatement_on,
        fhir_on(recorded_date, time_zone) as recorded_on
    from written
),

-- The stay that is named, else the one that holds the day of recording; the latest of several.
stays as (
    select
        readings.condition_id,
        stays.start_on,
        coalesce(readings.recorded_on <= stays.end_on, true) as is_during
    from readings
    inner join cohort.stays as stays
        on
            readings.patient_id = stays.patient_id
            and readings.recorded_on >= stays.start_on
            and (
                readings.encounter_id = stays.encounter_id
                or readings.recorded_on <= coalesce(stays.end_on, stays.start_on)
            )
    qualify
        row_number() over (
            partition by readings.condition_id
            order by
                coalesce(readings.encounter_id = stays.encounter_id, false) desc,
                stays.start_on desc,
                stays.encounter_id asc
        ) = 1
)

select
    readings.condition_id,
    readings.patient_id,
    readings.encounter_id,
    readings.abatement_on,
    readings.recorded_on,
    case
        when readings.onset_first_on is not null then readings.onset_first_on
        when
            stays.is_during
            and readings.recorded_on - stays.start_on <= protocol.recorded_onset_encounter_days
            then readings.recorded_on
        else stays.start_on
    end as from_on,
    if(readings.onset_first_on is null, readings.recorded_on, readings.onset_last_on) as to_on,
    readings.onset_first_on is null and readings.recorded_on is not null as from_recorded
from readings
left join stays on readings.condition_id = stays.condition_id
cross join ref.protocol as protocol
