-- cohort.episode_progression
-- Grain: one look-back episode of one course.
-- Rule: the earliest day on which a criterion is met, ties in their fixed order; primary and broad, to day 30, and
-- primary to day 90 as sensitivity (docs/definitions.md#progression). Hospital-local dates.
with

met as (
    select
        episodes.patient_id,
        episodes.course_number,
        episodes.group_key,
        criteria.criterion,
        criteria.met_on,
        (criteria.met_on, criteria.tie_order) as earliness,
        criteria.is_primary,
        coalesce(criteria.met_on <= episodes.primary_until_on, false) as is_inside
    from cohort.look_back_episodes as episodes
    left join cohort.progression_criteria as criteria
        on
            episodes.patient_id = criteria.patient_id
            and episodes.course_number = criteria.course_number
            and episodes.group_key = criteria.group_key
)

select
    patient_id,
    course_number,
    group_key,
    coalesce(bool_or(is_inside and is_primary), false) as progressed,
    min_by(criterion, earliness) filter (where is_inside and is_primary) as progression_criterion,
    min(met_on) filter (where is_inside and is_primary) as progression_on,
    coalesce(bool_or(is_inside), false) as progressed_broad,
    min_by(criterion, earliness) filter (where is_inside) as progression_broad_criterion,
    min(met_on) filter (where is_inside) as progression_broad_on,
    min_by(criterion, earliness) filter (where is_primary) as progression_90_criterion,
    min(met_on) filter (where is_primary) as progression_90_on
from met
group by patient_id, course_number, group_key
