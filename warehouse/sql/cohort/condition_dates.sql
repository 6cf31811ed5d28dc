-- cohort.condition_dates
-- Grain: one row per Condition.
-- Rule: onset as a full date, or start of its period; else a partial onset or onsetAge as an interval; else
-- recordedDate if it lies in a stay that began at most recorded_onset_encounter_days before, flagged; else from the
-- start of the stay to recordedDate (docs/definitions.md#condition-dates, rules D29).
-- No start: from_on is NULL. Hospital-local dates.
with

written as (
    select
        condition.condition_id,
        condition.patient_id,
        condition.encounter_id,
        coalesce(condition.onset_datetime, condition.onset_start) as onset_text,
        cast(floor(
            try_cast(condition.onset_age_value as decimal(9, 3))
            * case
                when condition.onset_age_unit in ('a', 'yr', 'year', 'years') then 12
                when condition.onset_age_unit in ('mo', 'month', 'months') then 1
            end
        ) as integer) as age_months,
        if(condition.onset_age_unit in ('a', 'yr', 'year', 'years'), 12, 1) as age_width_months,
        patient.birth_date,
        coalesce(condition.abatement_datetime, condition.abatement_end, condition.abatement_start) as abatement_text,
        condition.recorded_date
    from stage.condition as condition
    left join stage.patient as patient on condition.patient_id = patient.patient_id
),

texts as (
    select distinct unnest([onset_text, birth_date, abatement_text, recorded_date]) as text
    from written
),

days as (
    select
        texts.text,
        fhir_first_on(texts.text, run.time_zone) as first_on,
        fhir_last_on(texts.text, run.time_zone) as last_on
    from texts
    cross join ref.run as run
),

readings as (
    select
        written.condition_id,
        written.patient_id,
        written.encounter_id,
        coalesce(onset.first_on, cast(born.first_on + to_months(written.age_months) as date)) as onset_first_on,
        coalesce(
            onset.last_on, cast(born.last_on + to_months(written.age_months + written.age_width_months) as date) - 1
        ) as onset_last_on,
        if(abated.first_on = abated.last_on, abated.first_on, null) as abatement_on,
        if(recorded.first_on = recorded.last_on, recorded.first_on, null) as recorded_on
    from written
    left join days as onset on written.onset_text = onset.text
    left join days as born on written.birth_date = born.text
    left join days as abated on written.abatement_text = abated.text
    left join days as recorded on written.recorded_date = recorded.text
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
