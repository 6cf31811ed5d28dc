-- cohort.micro_outcomes
-- Grain: one row per microbiology result: what it says, and the first reason that it is no evidence, if any.
-- Rule: a code beats text, an organism beats a word, a preliminary "pending" beats "no growth"; absent, not performed
-- and NullFlavor are unknown, never negative (docs/definitions.md#microbiology-results, #counted-and-listed). No dates.
with

weighed as (
    select
        resources.resource_type,
        resources.resource_id,
        resources.kind,
        resources.target,
        resources.unit_kind,
        signals.quantity,
        signals.unit_kind as quantity_kind,
        signals.place,
        signals.value_unlisted or (signals.has_text and signals.place = 9) as is_unread,
        coalesce(status.action = 'drop', false) as is_dropped,
        resources.status in ('preliminary', 'partial', 'registered') as is_preliminary,
        resources.status = 'registered' as is_registered,
        case
            when signals.place = 1 then 'positive'
            when resources.kind = 'viral_load' and signals.is_below then 'below'
            when signals.value_positive then 'positive'
            when signals.value_negative then 'negative'
            when signals.place = 3 or signals.component_positive then 'positive'
            when resources.kind = 'viral_load' and signals.quantity > 0 then 'positive'
            when resources.kind = 'viral_load' and signals.quantity = 0 then 'negative'
            when signals.place = 4 then 'positive'
            when signals.text_positive and signals.text_negative is false then 'positive'
            when signals.text_flora then 'flora'
            when signals.text_pending and (is_preliminary or signals.text_negative is false) then 'pending'
            when signals.text_negative then 'negative'
            when signals.flag_negative then 'negative'
            when signals.component_negative then 'negative'
            when signals.place in (2, 5) then 'positive'
            when signals.flag_positive then 'positive'
            when signals.value_amount then 'positive'
            when signals.absent_pending then 'pending'
            when signals.value_unlisted and signals.value_unknown is false then 'positive'
            when is_preliminary then 'pending'
            else 'unknown'
        end as says
    from cohort.micro_resources as resources
    inner join cohort.micro_signals as signals
        on resources.resource_type = signals.resource_type and resources.resource_id = signals.resource_id
    left join ref.status_filters as status
        on
            resources.resource_type = status.resource_type
            and status.element = 'status'
            and resources.status = status.code
)

select
    resource_type,
    resource_id,
    is_preliminary,
    is_unread,
    quantity,
    quantity_kind,
    case
        when says in ('positive', 'flora', 'below') then 'positive'
        when is_registered then 'pending'
        else says
    end as outcome,
    case
        when is_registered then 'pending'
        when is_dropped then 'status_dropped'
        when says = 'pending' then 'pending'
        when says = 'negative' then 'negative'
        when says = 'unknown' and is_unread then 'unresolved_organism'
        when says = 'unknown' then 'not_performed'
        when says = 'below' then 'below_quantification'
        when says = 'flora' then 'mixed_flora'
        when kind = 'viral_load' and quantity is null then 'qualitative_only'
    end as reason
from weighed
