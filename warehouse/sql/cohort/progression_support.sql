-- cohort.progression_support
-- Grain: one look-back episode and first day of organ support near one of its positives (criterion d, broad only).
-- Rule: new vasopressor, ventilation or intensive care within 2 days of a positive specimen, and not within a day of
-- severe CRS, whose treatment it is (docs/definitions.md#progression). Hospital-local dates, both ends.
with

started as (
    select
        support.patient_id,
        support.concept,
        support.support_on,
        support.support_on - lag(support.support_on) over (
            partition by support.patient_id, support.concept
            order by support.support_on asc
        ) as gap
    from (
        select distinct
            patient_id,
            concept,
            support_on
        from cohort.organ_support
    ) as support
)

select distinct
    episodes.patient_id,
    episodes.course_number,
    episodes.group_key,
    started.support_on as met_on
from cohort.look_back_episodes as episodes
cross join ref.protocol as protocol
inner join started
    on
        episodes.patient_id = started.patient_id
        and episodes.day0_on <= started.support_on
        and episodes.watched_until_on >= started.support_on
        and (started.gap is null or protocol.organ_support_days < started.gap)
inner join cohort.episode_members as members
    on
        episodes.patient_id = members.patient_id
        and episodes.group_key = members.group_key
        and members.result_key is not null
        and protocol.organ_support_days >= abs(started.support_on - members.evidence_on)
where
    not exists (
        select 1
        from cohort.toxicity_grades as grades
        where
            grades.patient_id = episodes.patient_id
            and grades.concept = 'crs'
            and grades.grade >= protocol.crs_severe_grade
            and abs(grades.graded_on - started.support_on) <= protocol.crs_exclusion_days
    )
