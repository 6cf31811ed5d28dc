-- cohort.micro_signals
-- Grain: one row per microbiology result, with everything that says positive, negative or nothing yet.
-- Rule: coded values, interpretation, absent reason, components and clauses of text are collected here and weighed in
-- cohort.micro_outcomes (docs/definitions.md#microbiology-results). No dates.
with

coded as (
    select
        codings.resource_type,
        codings.resource_id,
        bool_or(word.element = 'value' and word.result = 'positive') as value_positive,
        bool_or(word.element = 'value' and word.result in ('negative', 'no_growth')) as value_negative,
        bool_or(word.element = 'value' and word.result = 'amount') as value_amount,
        bool_or(word.element = 'value' and word.result in ('absent', 'indeterminate')) as value_unknown,
        bool_or(word.element = 'interpretation' and word.result in ('positive', 'abnormal', 'high')) as flag_positive,
        bool_or(word.element = 'interpretation' and word.result in ('negative', 'normal')) as flag_negative,
        bool_or(word.element = 'dataAbsentReason' and word.result = 'pending') as absent_pending,
        bool_or(codings.element in ('value', 'conclusion') and word.code is null) as value_unlisted
    from cohort.codings as codings
    left join ref.result_values as word
        on
            codings.system = word.system
            and codings.code = word.code
            and word.element = case codings.element
                when 'interpretation' then 'interpretation'
                when 'absent' then 'dataAbsentReason'
                else 'value'
            end
    where
        codings.resource_type in ('Observation', 'DiagnosticReport')
        and codings.element in ('value', 'conclusion', 'interpretation', 'absent')
    group by codings.resource_type, codings.resource_id
),

written as (
    select
        texts.resource_type,
        texts.resource_id,
        bool_or(clause.is_negative) as text_negative,
        bool_or(clause.is_pending) as text_pending,
        bool_or(clause.is_contamination) as text_flora,
        bool_or(clause.is_positive_word or clause.is_amount) as text_positive,
        bool_or(clause.is_below) as text_below,
        count(*) > 0 as has_text
    from cohort.micro_texts as texts
    inner join cohort.result_clauses as clause on texts.text = clause.text
    where texts.element <> 'code'
    group by texts.resource_type, texts.resource_id
),

components as (
    select
        observation_id,
        bool_or(result = 'positive') as component_positive,
        bool_or(result = 'negative') as component_negative
    from cohort.component_results
    group by observation_id
),

places as (
    select
        resource_type,
        resource_id,
        min(place) as place
    from cohort.micro_organisms
    group by resource_type, resource_id
)

select
    resources.resource_type,
    resources.resource_id,
    coalesce(places.place, 9) as place,
    coalesce(coded.value_positive or observation.value_boolean is true, false) as value_positive,
    coalesce(coded.value_negative or observation.value_boolean is false, false) as value_negative,
    coalesce(coded.value_amount, false) as value_amount,
    coalesce(coded.value_unknown, false) as value_unknown,
    coalesce(coded.value_unlisted, false) as value_unlisted,
    coalesce(coded.flag_positive, false) as flag_positive,
    coalesce(coded.flag_negative, false) as flag_negative,
    coalesce(coded.absent_pending, false) as absent_pending,
    coalesce(written.text_negative, false) as text_negative,
    coalesce(written.text_pending, false) as text_pending,
    coalesce(written.text_flora, false) as text_flora,
    coalesce(written.text_positive, false) as text_positive,
    coalesce(written.text_below, false) or coalesce(quantities.is_below, false) as is_below,
    coalesce(written.has_text, false) as has_text,
    coalesce(components.component_positive, false) as component_positive,
    coalesce(components.component_negative, false) as component_negative,
    quantities.quantity,
    quantities.unit_kind
from cohort.micro_resources as resources
left join coded
    on resources.resource_type = coded.resource_type and resources.resource_id = coded.resource_id
left join written
    on resources.resource_type = written.resource_type and resources.resource_id = written.resource_id
left join places
    on resources.resource_type = places.resource_type and resources.resource_id = places.resource_id
left join components
    on resources.resource_type = 'Observation' and resources.resource_id = components.observation_id
left join cohort.micro_quantities as quantities
    on resources.resource_type = 'Observation' and resources.resource_id = quantities.resource_id
left join stage.observation as observation
    on resources.resource_type = 'Observation' and resources.resource_id = observation.observation_id
