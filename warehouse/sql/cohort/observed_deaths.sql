-- cohort.observed_deaths
-- Grain: one row per kept observation that states a death, its day or its cause.
-- Rule: a date of death comes before a cause of death, whose day is that of the observation
-- (docs/definitions.md#death). Days as written.
select
    observation.observation_id,
    kept.patient_id,
    case when codes.concept in ('date_of_death', 'pronounced_dead') then 2 else 3 end as source_order,
    coalesce(
        observation.value_datetime,
        observation.effective_datetime,
        observation.effective_start,
        observation.effective_instant
    ) as day_text
from cohort.codings as codings
inner join ref.death_codes as codes
    on
        codings.system = codes.system
        and codings.code = codes.code
        and codes.element = 'Observation.code'
inner join stage.observation as observation on codings.resource_id = observation.observation_id
inner join cohort.kept_resources as kept
    on
        kept.resource_type = 'Observation'
        and codings.resource_id = kept.resource_id
where
    codings.resource_type = 'Observation'
    and codings.element = 'code'
