-- cohort.episode_core
-- Grain: one episode or listed row, with course, window and the reason that keeps it from counting.
-- Rule: the first reason that applies, in the fixed order; `qualifies` = no reason of groups 1 and 2
-- (docs/definitions.md#counted-and-listed). Numerator and denominator share the interval: onset after the clock
-- stopped is listed. Hospital-local dates.
with

judged as (
    select
        groups.*,
        places.course_number,
        places.day0_on,
        places.follow_up_end_on,
        places.onset_day,
        places.window_name,
        evidence.evidence_hash,
        verdicts.judged_class,
        verdicts.judged_death,
        coalesce(verdicts.is_judged_progressed, false) as is_judged_progressed,
        case
            when verdicts.verdict = 'reject' then 'rejected_by_verdict'
            when verdicts.verdict = 'confirm' and groups.reason <> 'undatable' then null
            else groups.reason
        end as reason_of_kind
    from cohort.episode_groups as groups
    inner join cohort.episode_courses as places
        on
            groups.patient_id = places.patient_id
            and groups.group_key = places.group_key
    inner join cohort.episode_hashes as evidence
        on
            groups.patient_id = evidence.patient_id
            and groups.group_key = evidence.group_key
    left join cohort.verdicts as verdicts
        on
            groups.episode_id = verdicts.episode_id
            and evidence.evidence_hash = verdicts.evidence_hash
)

select
    judged.episode_id,
    judged.patient_id,
    judged.group_key,
    judged.course_number,
    judged.day0_on,
    judged.follow_up_end_on,
    judged.onset_on,
    judged.onset_at,
    judged.last_on,
    judged.onset_day,
    judged.window_name,
    judged.documentation,
    judged.has_result,
    judged.rule,
    judged.evidence_hash,
    judged.judged_class,
    judged.judged_death,
    judged.is_judged_progressed,
    judged.reason_of_kind is null and judged.onset_on is not null as qualifies,
    case
        when judged.reason_of_kind is not null then judged.reason_of_kind
        when judged.onset_on is null then 'undatable'
        when judged.onset_day < protocol.look_back_first_day then 'before_look_back'
        when judged.onset_day < protocol.early_first_day and judged.onset_on < record_days.first_record_on
            then 'before_first_record'
        when judged.onset_day > protocol.late_last_day then 'after_windows'
        when judged.onset_on > judged.follow_up_end_on then 'after_censoring'
    end as not_counted_reason
from judged
cross join ref.protocol as protocol
left join cohort.record_days as record_days
    on judged.patient_id = record_days.patient_id
