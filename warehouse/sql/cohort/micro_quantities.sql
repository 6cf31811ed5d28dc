-- cohort.micro_quantities
-- Grain: one row per Observation of a quantitative test with a number, in canonical units.
-- Rule: IU and copies are never mixed, logarithms are raised; a unit that no list knows leaves the kind open, a
-- missing unit is that of the test; a comparator below means below the limit of quantification
-- (docs/definitions.md#c-difficile-dnaemia-fungal-candidates). No dates.
with

numbers as (
    select
        resources.resource_id,
        resources.unit_kind as test_unit_kind,
        observation.value_comparator as comparator,
        observation.value_unit_code as unit_code,
        nullif(trim(observation.value_unit), '') as unit,
        coalesce(observation.value_number, observation.value_integer) as number_text,
        regexp_extract(
            trim(observation.value_string),
            '^([<>＜＞≤≥]?=?) *([0-9][0-9,]*(?:[.][0-9]+)?(?:[eE][+]?[0-9]+)?) *(.*)$',
            ['comparator', 'number', 'unit']
        ) as written
    from cohort.micro_resources as resources
    inner join stage.observation as observation on resources.resource_id = observation.observation_id
    where resources.resource_type = 'Observation' and resources.unit_kind is not null
),

readings as (
    select
        numbers.resource_id,
        numbers.test_unit_kind,
        if(numbers.number_text is null, nullif(written.comparator, ''), comparator) as comparator,
        if(numbers.number_text is null, nullif(trim(written.unit), ''), coalesce(numbers.unit_code, numbers.unit))
            as first_unit,
        if(numbers.number_text is null, null, numbers.unit) as second_unit,
        try_cast(coalesce(numbers.number_text, replace(written.number, ',', '')) as decimal(24, 6)) as value
    from numbers
),

in_units as (
    select
        readings.resource_id,
        readings.comparator,
        readings.value,
        coalesce(first_spelling.transform, second_spelling.transform) as transform,
        coalesce(first_spelling.quantity_kind, second_spelling.quantity_kind) as quantity_kind,
        readings.first_unit is null as is_unitless,
        readings.test_unit_kind
    from readings
    left join ref.lab_units as first_spelling
        on readings.first_unit = first_spelling.unit_spelling and first_spelling.analyte = 'viral_load'
    left join ref.lab_units as second_spelling
        on readings.second_unit = second_spelling.unit_spelling and second_spelling.analyte = 'viral_load'
    where readings.value is not null
),

kinds as (
    select
        resource_id,
        comparator,
        value,
        case
            when quantity_kind is not null then quantity_kind
            when is_unitless or test_unit_kind in ('index', 'mass') then replace(test_unit_kind, 'log_', '')
        end as unit_kind,
        coalesce(transform = 'pow10', is_unitless and starts_with(test_unit_kind, 'log_'), false) as is_logarithm
    from in_units
)

select
    resource_id,
    unit_kind,
    case
        when is_logarithm and value <= 14 then cast(round(pow(10, value), 3) as decimal(18, 3))
        when not is_logarithm then try_cast(value as decimal(18, 3))
    end as quantity,
    coalesce(regexp_matches(comparator, '^[<＜≤]'), false) as is_below
from kinds
