-- cohort.progression_grades
-- Grain: one look-back episode and day on which its grade stood above the grade of day -1 (criterion a).
-- Rule: primary where microbiology or site made the rise, broad where only a severity code did
-- (docs/definitions.md#progression). An episode without a computable grade on day -1 cannot rise. Organ support is
-- criterion d. Hospital-local dates.
with

before as (
    select
        episodes.patient_id,
        episodes.course_number,
        episodes.group_key,
        episodes.day0_on,
        episodes.watched_until_on,
        max(events.grade) as grade
    from cohort.look_back_episodes as episodes
    inner join cohort.grade_events as events
        on
            episodes.patient_id = events.patient_id
            and episodes.group_key = events.group_key
            and episodes.day0_on > events.evidence_on
    group by
        episodes.patient_id, episodes.course_number, episodes.group_key, episodes.day0_on, episodes.watched_until_on
)

select distinct
    before.patient_id,
    before.course_number,
    before.group_key,
    events.evidence_on as met_on,
    not events.by_code as is_primary
from before
inner join cohort.grade_events as events
    on
        before.patient_id = events.patient_id
        and before.group_key = events.group_key
        and before.day0_on <= events.evidence_on
        and before.watched_until_on >= events.evidence_on
        and before.grade < events.grade
