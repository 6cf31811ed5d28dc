-- counts.sensitivity_outcomes
-- Grain: one row per cohort member and question that stands beside the headline.
-- Rule: other windows, other days 0, and whether a late contact shows the patient; asked as in
-- counts.day_30_outcomes (docs/definitions.md#sensitivity, D11). Days from day 0.
with

persons as (
    select
        persons.person_key,
        persons.stratum,
        persons.infected_early or persons.infected_late as infected,
        persons.complete_day_90,
        persons.is_day_90_over,
        coalesce(progression.progressed_90, false) as progressed_90,
        coalesce(persons.died_day > protocol.late_contact_day, true) as is_alive_late,
        coalesce(records.last_contact_on > members.day0_on + protocol.late_contact_day, false) as has_late_contact
    from counts.person_outcomes as persons
    inner join cohort.cohort_members as members on persons.person_key = members.person_key
    cross join ref.protocol as protocol
    left join cohort.record_days as records on members.patient_id = records.patient_id
    left join cohort.progression as progression
        on
            members.patient_id = progression.patient_id
            and members.course_number = progression.course_number
),

questions as (
    select
        persons.person_key,
        persons.stratum,
        unnest(
            [
                struct_pack(
                    measure := 'infected_proportion',
                    window_name := 'early_and_late',
                    is_complete := persons.complete_day_90 or persons.infected,
                    is_over := persons.is_day_90_over,
                    answer := persons.infected
                ),
                struct_pack(
                    measure := 'progression_proportion',
                    window_name := 'early_and_late',
                    is_complete := persons.complete_day_90 or persons.progressed_90,
                    is_over := persons.is_day_90_over,
                    answer := persons.progressed_90
                ),
                struct_pack(
                    measure := 'late_contact_proportion',
                    window_name := 'late',
                    is_complete := persons.is_alive_late,
                    is_over := persons.is_day_90_over,
                    answer := persons.has_late_contact
                )
            ]
        ) as question
    from persons
)

select
    questions.person_key,
    questions.question.measure,
    questions.question.window_name,
    questions.question.is_complete and questions.question.is_over as is_asked,
    not questions.question.is_over as is_waiting,
    questions.question.answer
from questions
where
    questions.question.measure <> 'progression_proportion'
    or questions.stratum = 'yes'
union all
select
    person_key,
    'infected_proportion_day0_' || day0_option as measure,
    'early' as window_name,
    is_complete and is_over as is_asked,
    not is_over as is_waiting,
    events > 0 as answer
from counts.day0_options
