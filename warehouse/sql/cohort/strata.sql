-- cohort.strata
-- Grain: one course and set of strata.
-- Rule: yes with a qualifying episode active in the look-back, else unknown if nothing or too little was observed, else
-- no (docs/definitions.md#pre-existing-infection). Sets: active (headline), onset inside only, also treated inside,
-- also fever of unknown origin. Hospital-local dates, both ends.
with

spans as (
    select
        courses.patient_id,
        courses.course_number,
        courses.day0_on + protocol.look_back_first_day as first_on,
        courses.day0_on + protocol.look_back_last_day as last_on,
        record_days.first_record_on,
        protocol.look_back_observed_days
    from cohort.courses as courses
    cross join ref.protocol as protocol
    left join cohort.record_days as record_days
        on courses.patient_id = record_days.patient_id
    where courses.day0_on is not null
),

seen as (
    select distinct
        spans.patient_id,
        spans.course_number
    from spans
    inner join cohort.stays as stays
        on
            spans.patient_id = stays.patient_id
            and spans.last_on >= stays.start_on
            and spans.first_on <= coalesce(stays.end_on, stays.start_on)
    where stays.inpatient
    union
    select
        spans.patient_id,
        spans.course_number
    from spans
    inner join cohort.observed_days as observed
        on spans.patient_id = observed.patient_id
    where observed.observed_on between spans.first_on and spans.last_on
),

known as (
    select
        spans.patient_id,
        spans.course_number,
        seen.patient_id is not null
        and spans.first_record_on is not null
        and spans.last_on - greatest(spans.first_on, spans.first_record_on) + 1 >= spans.look_back_observed_days
            as is_known
    from spans
    left join seen
        on
            spans.patient_id = seen.patient_id
            and spans.course_number = seen.course_number
),

answers as (
    select
        activity.patient_id,
        activity.course_number,
        bool_or(core.qualifies and activity.is_active) as active,
        bool_or(core.qualifies and activity.onset_inside) as onset,
        bool_or(core.qualifies) as treated,
        bool_or(activity.is_active and (core.qualifies or core.not_counted_reason = 'fever_of_unknown_origin')) as fuo
    from cohort.look_back_activity as activity
    inner join cohort.episode_core as core
        on
            activity.patient_id = core.patient_id
            and activity.group_key = core.group_key
    group by activity.patient_id, activity.course_number
)

select
    known.patient_id,
    known.course_number,
    sets.stratum_set,
    case
        when
            case sets.stratum_set
                when 'preexisting_infection' then answers.active
                when 'preexisting_infection_onset' then answers.onset
                when 'preexisting_infection_treated' then answers.treated
                when 'preexisting_infection_fuo' then answers.fuo
            end then 'yes'
        when known.is_known then 'no'
        else 'unknown'
    end as stratum
from known
cross join (
    values
    ('preexisting_infection'), ('preexisting_infection_onset'),
    ('preexisting_infection_treated'), ('preexisting_infection_fuo')
) as sets (stratum_set)
left join answers
    on
        known.patient_id = answers.patient_id
        and known.course_number = answers.course_number
