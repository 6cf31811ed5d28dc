-- cohort.toxicity_grades
-- Grain: one row per condition or observation, toxicity and scale.
-- Rule: the grade of the code, or the value of an observation whose value holds the grade, 0 to 5; a grade that
-- cannot be read is unknown, never 0 (docs/definitions.md#crs-grade, D37). Hospital-local dates.
with

observed as (
    select
        codes.resource_id,
        codes.concept,
        codes.scale,
        case
            when codes.value_holds_grade
                then try_cast(
                    coalesce(
                        nullif(trim(observation.value_integer), ''),
                        regexp_replace(trim(observation.value_number), '[.]0*$', ''),
                        regexp_extract(
                            coalesce(observation.value_string, observation.value_text, answers.display),
                            '(^|[^0-9])([0-5])([^0-9]|$)',
                            2
                        )
                    ) as integer
                )
            else codes.grade
        end as grade,
        coalesce(
            observation.effective_datetime,
            observation.effective_start,
            observation.effective_instant,
            observation.issued
        ) as day_text
    from cohort.toxicity_codes as codes
    inner join stage.observation as observation on codes.resource_id = observation.observation_id
    left join cohort.codings as answers
        on
            answers.resource_type = 'Observation'
            and answers.element = 'value'
            and codes.resource_id = answers.resource_id
    where codes.resource_type = 'Observation'
),

graded as (
    select
        'Condition' as resource_type,
        codes.resource_id,
        codes.concept,
        codes.scale,
        'code' as source,
        codes.grade,
        coalesce(condition.onset_datetime, condition.onset_start, condition.recorded_date) as day_text
    from cohort.toxicity_codes as codes
    inner join stage.condition as condition on codes.resource_id = condition.condition_id
    where codes.resource_type = 'Condition'
    union all
    select
        'Observation' as resource_type,
        observed.resource_id,
        observed.concept,
        observed.scale,
        'observation' as source,
        case when observed.grade between 0 and 5 then observed.grade end as grade,
        observed.day_text
    from observed
)

select
    kept.patient_id,
    graded.concept,
    min(fhir_on(graded.day_text, run.time_zone)) as graded_on,
    max(graded.grade) as grade,
    graded.scale,
    min(graded.source) as source,
    graded.resource_type,
    graded.resource_id
from graded
inner join cohort.kept_resources as kept
    on
        graded.resource_type = kept.resource_type
        and graded.resource_id = kept.resource_id
cross join ref.run as run
group by kept.patient_id, graded.concept, graded.scale, graded.resource_type, graded.resource_id
