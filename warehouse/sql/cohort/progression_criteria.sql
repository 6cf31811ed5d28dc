-- cohort.progression_criteria
-- Grain: one look-back episode, criterion and day on which it was met.
-- Rule: a, b, c, e, g are primary; d, f and a severity code alone are broad; ties go g, c, b, a, e, d, f
-- (docs/definitions.md#progression). Criterion e is an image coded as worse, or a human verdict on the episode, whose
-- day is the last evidence inside the window. Hospital-local dates.
with

met as (
    select
        patient_id,
        course_number,
        group_key,
        'g' as criterion,
        1 as tie_order,
        true as is_primary,
        met_on
    from cohort.progression_deaths
    union all
    select
        patient_id,
        course_number,
        group_key,
        'c' as criterion,
        2 as tie_order,
        true as is_primary,
        met_on
    from cohort.progression_blood
    union all
    select
        patient_id,
        course_number,
        group_key,
        'b' as criterion,
        3 as tie_order,
        true as is_primary,
        met_on
    from cohort.progression_sites
    union all
    select
        patient_id,
        course_number,
        group_key,
        'a' as criterion,
        4 as tie_order,
        is_primary,
        met_on
    from cohort.progression_grades
    union all
    select
        patient_id,
        course_number,
        group_key,
        'e' as criterion,
        5 as tie_order,
        true as is_primary,
        met_on
    from cohort.progression_imaging
    union all
    select
        episodes.patient_id,
        episodes.course_number,
        episodes.group_key,
        'e' as criterion,
        5 as tie_order,
        true as is_primary,
        coalesce(max(members.evidence_on), episodes.day0_on) as met_on
    from cohort.look_back_episodes as episodes
    left join cohort.episode_members as members
        on
            episodes.patient_id = members.patient_id
            and episodes.group_key = members.group_key
            and members.evidence_on between episodes.day0_on and episodes.watched_until_on
    where episodes.is_judged_progressed
    group by episodes.patient_id, episodes.course_number, episodes.group_key, episodes.day0_on
    union all
    select
        patient_id,
        course_number,
        group_key,
        'd' as criterion,
        6 as tie_order,
        false as is_primary,
        met_on
    from cohort.progression_support
    union all
    select
        patient_id,
        course_number,
        group_key,
        'f' as criterion,
        7 as tie_order,
        false as is_primary,
        met_on
    from cohort.progression_escalations
)

select
    patient_id,
    course_number,
    group_key,
    criterion,
    tie_order,
    is_primary,
    met_on
from met
