-- cohort.progression
-- Grain: one course.
-- Rule: a patient has progressed if any look-back episode has; the earliest day and its criterion
-- (docs/definitions.md#progression). False without a look-back episode: the denominator is the stratum's.
-- Hospital-local dates.
with

ordered as (
    select
        tied.criterion,
        tied.tie_order
    from (values ('g', 1), ('c', 2), ('b', 3), ('a', 4), ('e', 5), ('d', 6), ('f', 7)) as tied (criterion, tie_order)
),

firsts as (
    select
        episodes.patient_id,
        episodes.course_number,
        min_by(episodes.progression_criterion, (episodes.progression_on, narrow.tie_order))
            as progression_criterion,
        min(episodes.progression_on) as progression_on,
        min_by(episodes.progression_broad_criterion, (episodes.progression_broad_on, wide.tie_order))
            as progression_broad_criterion,
        min(episodes.progression_broad_on) as progression_broad_on,
        min(episodes.progression_90_on) as progression_90_on
    from cohort.episode_progression as episodes
    left join ordered as narrow
        on episodes.progression_criterion = narrow.criterion
    left join ordered as wide
        on episodes.progression_broad_criterion = wide.criterion
    group by episodes.patient_id, episodes.course_number
)

select
    courses.patient_id,
    courses.course_number,
    firsts.progression_on is not null as progressed,
    firsts.progression_criterion,
    firsts.progression_on,
    firsts.progression_broad_on is not null as progressed_broad,
    firsts.progression_broad_criterion,
    firsts.progression_broad_on,
    firsts.progression_90_on is not null as progressed_90,
    firsts.progression_90_on
from cohort.courses as courses
left join firsts
    on
        courses.patient_id = firsts.patient_id
        and courses.course_number = firsts.course_number
