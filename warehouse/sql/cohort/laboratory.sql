-- cohort.laboratory
-- Grain: one row per kept observation (or component of it) and analyte with a usable value.
-- Rule: canonical = (value + offset) * numerator / denominator in whole millionths, rounded half away from zero, so
-- that 100.4 degF is exactly 38.0; the unit's code before its text; unknown unit or outside the hard range: not used
-- (docs/definitions.md#fever-and-neutropenia). Dates hospital-local, instants UTC.
with

measured as (
    select
        results.observation_id,
        results.component_number,
        results.analyte,
        results.proxy,
        results.comparator,
        units.canonical_unit as unit,
        cast((try_cast(trim(results.value_number) as decimal(24, 6)) + units.offset_before) * 1000000 as hugeint)
        * cast(units.factor_numerator * 1000000 as hugeint) as millionths,
        cast(units.factor_denominator * 1000000 as hugeint) as divisor
    from cohort.laboratory_results as results
    inner join ref.lab_units as units
        on
            results.analyte = units.analyte
            and units.unit_spelling in (trim(results.value_unit_code), trim(results.value_unit))
    where units.transform = 'linear'
    qualify
        row_number() over (
            partition by results.observation_id, results.component_number, results.analyte
            order by coalesce(units.unit_spelling = trim(results.value_unit_code), false) desc
        ) = 1
),

canonical as (
    select
        observation_id,
        component_number,
        analyte,
        proxy,
        comparator,
        unit,
        try_cast(
            cast(sign(millionths) * ((2 * abs(millionths) + divisor) // (2 * divisor)) as decimal(31, 0))
            * 0.000001 as decimal(18, 6)
        ) as canonical_value
    from measured
    where millionths is not null
)

select
    kept.patient_id,
    canonical.analyte,
    fhir_on(
        coalesce(
            observation.effective_datetime,
            observation.effective_start,
            observation.effective_instant,
            observation.issued
        ),
        run.time_zone
    ) as observed_on,
    fhir_at(
        coalesce(observation.effective_datetime, observation.effective_start, observation.effective_instant),
        run.time_zone
    ) as observed_at,
    case
        when canonical.analyte = 'temperature'
            then cast(round(canonical.canonical_value, 2) as decimal(18, 6))
        else canonical.canonical_value
    end as value,
    canonical.unit,
    canonical.comparator,
    canonical.proxy,
    canonical.observation_id as resource_id,
    canonical.component_number,
    canonical.canonical_value < ranges.soft_low or canonical.canonical_value > ranges.soft_high as outside_soft_range
from canonical
inner join cohort.kept_resources as kept
    on
        kept.resource_type = 'Observation'
        and canonical.observation_id = kept.resource_id
inner join stage.observation as observation on canonical.observation_id = observation.observation_id
left join ref.lab_ranges as ranges on canonical.analyte = ranges.analyte
cross join ref.run as run
where
    canonical.canonical_value >= coalesce(ranges.hard_low, canonical.canonical_value)
    and canonical.canonical_value <= coalesce(ranges.hard_high, canonical.canonical_value)
