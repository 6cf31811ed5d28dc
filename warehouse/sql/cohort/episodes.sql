-- cohort.episodes
-- Grain: one infection episode, or one listed row with the reason that it does not count.
-- Rule: counted = qualifies and onset inside days at risk of a window (docs/definitions.md#counted-and-listed).
-- `onset_day` is relative to day 0 of `course_number`; calendar days decide, `before_infusion` only marks a specimen
-- taken before the first infusion on day 0. Progression is NULL for what was not active in the look-back.
-- Hospital-local dates.
with

infusion_times as (
    select
        patient_id,
        infused_on,
        min(infused_at) as infused_at
    from cohort.infusions
    group by patient_id, infused_on
),

grades as (
    select
        events.patient_id,
        events.group_key,
        max(events.grade) as severity_grade
    from cohort.grade_events as events
    inner join cohort.episode_core as core
        on
            events.patient_id = core.patient_id
            and events.group_key = core.group_key
    cross join ref.protocol as protocol
    where
        core.qualifies
        and events.evidence_on <= core.day0_on + protocol.late_last_day
    group by events.patient_id, events.group_key
)

select
    core.episode_id,
    core.patient_id,
    core.course_number,
    core.onset_on,
    core.onset_day,
    core.window_name,
    labels.infection_classes as infection_class,
    headlines.headline_label,
    sites.sites as site,
    core.documentation,
    labels.organisms,
    signs.first_sign_on,
    coalesce(core.onset_day = 0 and core.onset_at < infusion_times.infused_at, false) as before_infusion,
    core.rule = 'coded_organism' as organism_from_code,
    grades.severity_grade,
    core.qualifies,
    core.qualifies and core.not_counted_reason is null as counted,
    core.not_counted_reason,
    coalesce(activity.is_active, false) as active_in_look_back,
    progression.progressed,
    progression.progression_criterion,
    progression.progression_on,
    progression.progressed_broad,
    progression.progression_broad_criterion,
    progression.progression_broad_on,
    core.last_on,
    core.rule,
    core.evidence_hash
from cohort.episode_core as core
inner join cohort.episode_labels as labels
    on core.patient_id = labels.patient_id and core.group_key = labels.group_key
inner join cohort.episode_sites as sites
    on core.patient_id = sites.patient_id and core.group_key = sites.group_key
left join cohort.episode_headlines as headlines
    on core.patient_id = headlines.patient_id and core.group_key = headlines.group_key
left join cohort.first_signs as signs
    on core.patient_id = signs.patient_id and core.group_key = signs.group_key
left join infusion_times
    on core.patient_id = infusion_times.patient_id and core.day0_on = infusion_times.infused_on
left join grades
    on core.patient_id = grades.patient_id and core.group_key = grades.group_key
left join cohort.look_back_activity as activity
    on
        core.patient_id = activity.patient_id
        and core.course_number = activity.course_number
        and core.group_key = activity.group_key
left join cohort.episode_progression as progression
    on
        core.patient_id = progression.patient_id
        and core.course_number = progression.course_number
        and core.group_key = progression.group_key
