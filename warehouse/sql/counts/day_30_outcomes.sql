-- counts.day_30_outcomes
-- Grain: one row per cohort member and question by day 30 (or 90) that is asked of the stratum.
-- Rule: is_asked = complete and the last day of the question has come; an answer before it is left out with the rest
-- of its week (docs/definitions.md#complete-to-day-30, D11). Days from day 0.
with

days as (
    select
        max(windows.last_day) filter (where windows.window_name = 'early') as early_last_day,
        max(windows.last_day) filter (where windows.window_name = 'late') as late_last_day
    from ref.windows as windows
),

questions as (
    select
        persons.person_key,
        unnest(
            [
                struct_pack(
                    measure := 'infection_death_proportion',
                    window_name := 'early',
                    is_complete := persons.complete_day_30,
                    is_over := persons.is_day_30_over,
                    answer := persons.death_cause = 'infection' and persons.died_day <= days.early_last_day
                ),
                struct_pack(
                    measure := 'probable_infection_death',
                    window_name := 'early',
                    is_complete := persons.complete_day_30,
                    is_over := persons.is_day_30_over,
                    answer := persons.death_cause = 'probable_infection' and persons.died_day <= days.early_last_day
                ),
                struct_pack(
                    measure := 'infection_death_proportion',
                    window_name := 'early_and_late',
                    is_complete := persons.complete_day_90,
                    is_over := persons.is_day_90_over,
                    answer := persons.death_cause = 'infection' and persons.died_day <= days.late_last_day
                ),
                struct_pack(
                    measure := 'probable_infection_death',
                    window_name := 'early_and_late',
                    is_complete := persons.complete_day_90,
                    is_over := persons.is_day_90_over,
                    answer := persons.death_cause = 'probable_infection' and persons.died_day <= days.late_last_day
                ),
                struct_pack(
                    measure := 'progression_proportion',
                    window_name := 'early',
                    is_complete := persons.complete_progression,
                    is_over := persons.is_day_30_over,
                    answer := persons.progressed
                ),
                struct_pack(
                    measure := 'progression_broad_proportion',
                    window_name := 'early',
                    is_complete := persons.complete_progression_broad,
                    is_over := persons.is_day_30_over,
                    answer := persons.progressed_broad
                )
            ]
        ) as question
    from counts.person_outcomes as persons
    cross join days
)

select
    questions.person_key,
    questions.question.measure,
    questions.question.window_name,
    'all' as infection_class,
    questions.question.is_complete and questions.question.is_over as is_asked,
    not questions.question.is_over as is_waiting,
    coalesce(questions.question.answer, false) as answer
from questions
