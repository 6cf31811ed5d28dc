-- counts.unconverted_values
-- Grain: one row per analyte and reason why a kept laboratory value could not be used, with the number of values.
-- Rule: a value is converted by ref.lab_units or not used, never guessed (docs/definitions.md#fever-and-neutropenia).
-- Reasons: no_number, no_unit, unit_unconvertible, outside_hard_range. No times.
with

judged as (
    select
        results.analyte,
        case
            when try_cast(trim(results.value_number) as decimal(24, 6)) is null then 'no_number'
            when coalesce(trim(results.value_unit_code), trim(results.value_unit), '') = '' then 'no_unit'
            when
                not exists (
                    select 1
                    from ref.lab_units as units
                    where
                        units.analyte = results.analyte
                        and units.transform = 'linear'
                        and units.unit_spelling in (trim(results.value_unit_code), trim(results.value_unit))
                )
                then 'unit_unconvertible'
            else 'outside_hard_range'
        end as reason
    from cohort.laboratory_results as results
    inner join cohort.kept_resources as kept
        on
            kept.resource_type = 'Observation'
            and results.observation_id = kept.resource_id
    left join cohort.laboratory as taken
        on
            results.observation_id = taken.resource_id
            and results.component_number is not distinct from taken.component_number
            and results.analyte = taken.analyte
    where taken.resource_id is null
)

select
    judged.analyte,
    judged.reason,
    count(*) as value_count
from judged
group by judged.analyte, judged.reason
order by judged.analyte, judged.reason
