-- cohort.hbv_results
-- Grain: one positive hepatitis B genome result of a patient with a course.
-- Rule: newly detectable, or 100 times the lowest earlier value of its unit, is a reactivation, in a row of its own and
-- not counted; any other is the known state (docs/definitions.md#c-difficile-dnaemia-fungal-candidates).
-- Hospital-local dates.
with

positives as (
    select
        results.*,
        count(*) over earlier as earlier_positives,
        min(results.quantity) over (
            partition by results.patient_id, results.unit_kind
            order by results.collected_on asc
            range between unbounded preceding and interval 1 day preceding
        ) as lowest_before
    from cohort.micro_results as results
    inner join cohort.result_qualification as qualification
        on results.result_key = qualification.result_key
    where
        results.outcome = 'positive'
        and results.target = 'hbv'
        and results.reason is null
        and qualification.reason is null
        and results.collected_on is not null
        and results.patient_id in (select courses.patient_id from cohort.courses as courses)
    window earlier as (
        partition by results.patient_id
        order by results.collected_on asc
        range between unbounded preceding and interval 1 day preceding
    )
)

select
    positives.result_key,
    case
        when
            positives.earlier_positives = 0
            or (positives.unit_kind not like 'log%' and positives.quantity >= 100 * positives.lowest_before)
            or (positives.unit_kind like 'log%' and positives.quantity >= 2 + positives.lowest_before)
            then 'hbv_reactivation'
        else 'chronic_state'
    end as reason
from positives
