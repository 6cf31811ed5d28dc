-- cohort.micro_texts
-- Grain: one row per Observation or DiagnosticReport, element (value, code, conclusion) and text.
-- Rule: a code beats text: words beside a code that a list knows are not read
-- (docs/definitions.md#microbiology-results). No dates.
with

unknown_codings as (
    select
        codings.resource_type,
        codings.resource_id,
        codings.element,
        codings.display as text
    from cohort.codings as codings
    left join ref.result_values as word
        on codings.system = word.system and codings.code = word.code and word.element = 'value'
    left join cohort.organism_index as organism
        on codings.system = organism.system and codings.code = organism.code
    left join cohort.micro_tests_found as test
        on codings.resource_type = test.resource_type and codings.resource_id = test.resource_id
    where
        codings.resource_type in ('Observation', 'DiagnosticReport')
        and codings.element in ('value', 'conclusion', 'code')
        and word.code is null
        and organism.code is null
        and (codings.element <> 'code' or test.code is null)
),

-- A coded "positive" leaves the organism open, unless the test implies it: then the words may still name it.
known_values as (
    select distinct
        codings.resource_type,
        codings.resource_id
    from cohort.codings as codings
    left join ref.result_values as word
        on codings.system = word.system and codings.code = word.code and word.element = 'value'
    left join cohort.organism_index as organism
        on codings.system = organism.system and codings.code = organism.code
    left join cohort.micro_tests_found as test
        on codings.resource_type = test.resource_type and codings.resource_id = test.resource_id
    where
        codings.element in ('value', 'conclusion')
        and (
            organism.code is not null
            or (word.code is not null and word.result not in ('positive', 'amount'))
            or (word.code is not null and test.organism_code is not null)
        )
),

written as (
    select
        resource_type,
        resource_id,
        element,
        text
    from unknown_codings
    union
    select
        'Observation' as resource_type,
        observation_id as resource_id,
        'value' as element,
        value_string as text
    from stage.observation
    union
    select
        'Observation' as resource_type,
        observation_id as resource_id,
        'value' as element,
        value_text as text
    from stage.observation
    union
    select
        'Observation' as resource_type,
        observation.observation_id as resource_id,
        'code' as element,
        observation.code_text as text
    from stage.observation as observation
    left join cohort.micro_tests_found as test
        on test.resource_type = 'Observation' and observation.observation_id = test.resource_id
    where test.code is null
    union
    select
        'DiagnosticReport' as resource_type,
        diagnostic_report_id as resource_id,
        'conclusion' as element,
        conclusion as text
    from stage.diagnostic_report
)

select distinct
    written.resource_type,
    written.resource_id,
    written.element,
    trim(written.text) as text
from written
left join known_values
    on
        written.resource_type = known_values.resource_type
        and written.resource_id = known_values.resource_id
        and written.element <> 'code'
where trim(written.text) <> '' and known_values.resource_id is null
