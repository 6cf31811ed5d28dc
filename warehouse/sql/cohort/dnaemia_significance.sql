-- cohort.dnaemia_significance
-- Grain: one quantified DNAemia positive that is clinically significant, with the first reason that made it so.
-- Rule: treated from day -3..+14, at the level, or joined by an end-organ Condition
-- (docs/definitions.md#c-difficile-dnaemia-fungal-candidates). A drug for both uses must not run the day before.
-- A Condition qualifies the earliest positive that it can follow by 14 days, else the last one before it.
-- Hospital-local dates.
with

treated as (
    select distinct positives.result_key
    from cohort.dnaemia_positives as positives
    inner join cohort.treatments as treatments
        on
            positives.patient_id = treatments.patient_id
            and positives.treatment_target = treatments.target
    cross join ref.protocol as protocol
    where
        positives.quantified
        and (
            treatments.intent = 'therapeutic'
            or (treatments.intent = 'both' and not coalesce(treatments.running_before, false))
        )
        and treatments.start_on - positives.collected_on
        between protocol.dnaemia_treatment_first_day and protocol.dnaemia_treatment_last_day
),

conditions_ranked as (
    select
        positives.result_key,
        row_number() over (
            partition by conditions.resource_id
            order by
                conditions.from_on <= positives.collected_on + protocol.join_after_days desc,
                case
                    when conditions.from_on <= positives.collected_on + protocol.join_after_days
                        then positives.collected_on
                end asc,
                positives.collected_on desc,
                positives.result_key asc
        ) as choice
    from cohort.dnaemia_positives as positives
    inner join cohort.event_conditions as conditions
        on
            positives.patient_id = conditions.patient_id
            and conditions.step = 'organism'
            and conditions.site not in ('blood', 'line_site')
            and list_contains(conditions.matching_organisms, positives.organism_code)
    cross join ref.protocol as protocol
    where
        positives.quantified
        and conditions.to_on >= positives.collected_on - protocol.join_before_days
        and conditions.from_on
        <= positives.collected_on + greatest(protocol.join_after_days, positives.interval_days - 1)
),

joined as (
    select distinct conditions_ranked.result_key
    from conditions_ranked
    where conditions_ranked.choice = 1
)

select
    positives.result_key,
    case
        when treated.result_key is not null then 'dnaemia_treatment'
        when positives.reaches_level then 'dnaemia_level'
        else 'dnaemia_condition'
    end as rule
from cohort.dnaemia_positives as positives
left join treated
    on positives.result_key = treated.result_key
left join joined
    on positives.result_key = joined.result_key
where
    positives.quantified
    and (treated.result_key is not null or positives.reaches_level or joined.result_key is not null)
