-- cohort.hbv_results
-- Grain: one positive hepatitis B genome result of a patient with a course.
-- Rule: newly detectable after an undetectable one, or 100 times the lowest earlier value of its unit, is a
-- reactivation, in a row of its own and not counted; any other is the known state
-- (docs/definitions.md#c-difficile-dnaemia-fungal-candidates). Hospital-local dates.
with

measured as (
    select
        results.result_key,
        results.patient_id,
        results.collected_on,
        results.quantity,
        results.unit_kind,
        results.outcome = 'positive' and results.reason is null and qualification.reason is null as is_positive
    from cohort.micro_results as results
    left join cohort.result_qualification as qualification
        on results.result_key = qualification.result_key
    where
        results.target = 'hbv'
        and results.collected_on is not null
        and coalesce(results.reason, 'negative') in ('negative', 'below_quantification')
        and results.patient_id in (select courses.patient_id from cohort.courses as courses)
),

compared as (
    select
        later.result_key,
        later.quantity,
        later.unit_kind,
        coalesce(bool_or(not earlier.is_positive), false) as was_undetectable,
        coalesce(bool_or(earlier.is_positive), false) as was_detectable,
        min(earlier.quantity) filter (where earlier.is_positive and earlier.unit_kind = later.unit_kind)
            as lowest_before
    from measured as later
    left join measured as earlier
        on
            later.patient_id = earlier.patient_id
            and later.collected_on > earlier.collected_on
    where later.is_positive
    group by later.result_key, later.quantity, later.unit_kind
)

select
    result_key,
    case
        when
            (was_undetectable and not was_detectable)
            or (unit_kind not like 'log%' and quantity >= 100 * lowest_before)
            or (unit_kind like 'log%' and quantity >= 2 + lowest_before)
            then 'hbv_reactivation'
        else 'chronic_state'
    end as reason
from compared
