-- counts.baseline_states
-- Grain: one row per cohort member and characteristic that is no covariate and no laboratory value.
-- Rule: as counts.person_baseline (docs/definitions.md#baseline). No names, days from day 0.
with

items as (
    select
        members.person_key,
        unnest(
            [
                struct_pack(
                    section := 'history', at_number := 10, name := 'prior_transplant',
                    word := cast(states.had_transplant as varchar), number := null
                ),
                struct_pack(
                    section := 'history', at_number := 11, name := 'neutropenic_days',
                    word := null, number := states.low_days
                ),
                struct_pack(
                    section := 'treatment', at_number := 43, name := 'infusions',
                    word := cast(courses.infusions as varchar), number := null
                ),
                struct_pack(
                    section := 'treatment', at_number := 44, name := 'products',
                    word := courses.products, number := null
                ),
                struct_pack(
                    section := 'after_infusion', at_number := 62, name := 'toxicity_treatment',
                    word := cast(states.toxicity_treatment as varchar), number := null
                ),
                struct_pack(
                    section := 'after_infusion', at_number := 63, name := 'steroid',
                    word := cast(states.steroid as varchar), number := null
                ),
                struct_pack(
                    section := 'after_infusion', at_number := 64, name := 'gcsf',
                    word := cast(states.gcsf as varchar), number := null
                ),
                struct_pack(
                    section := 'after_infusion', at_number := 65, name := 'ivig',
                    word := cast(states.ivig as varchar), number := null
                ),
                struct_pack(
                    section := 'after_infusion', at_number := 66, name := 'intensive_care',
                    word := cast(states.intensive_care as varchar), number := null
                ),
                struct_pack(
                    section := 'after_infusion', at_number := 67, name := 'transplant_after',
                    word := cast(states.has_transplant_after as varchar), number := null
                ),
                struct_pack(
                    section := 'after_infusion', at_number := 68, name := 'died',
                    word := cast(persons.died_day is not null as varchar), number := null
                )
            ]
        ) as item
    from cohort.cohort_members as members
    inner join counts.person_states as states on members.person_key = states.person_key
    inner join counts.person_outcomes as persons on members.person_key = persons.person_key
    inner join cohort.courses as courses
        on
            members.patient_id = courses.patient_id
            and members.course_number = courses.course_number
)

select
    items.person_key,
    items.item.section,
    cast(items.item.at_number as integer) as at_number,
    items.item.name as characteristic,
    items.item.name = 'neutropenic_days' as is_number,
    case items.item.word when 'true' then 'yes' when 'false' then 'no' else items.item.word end as level,
    cast(items.item.number as decimal(18, 6)) as value_number
from items
