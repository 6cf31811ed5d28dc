-- cohort.fever_days
-- Grain: one patient and day with fever, with the first reading that shows it.
-- Rule: fever_idsa, one reading at the high threshold, or two at the lower one that lie far enough apart with none
-- below it between them (docs/definitions.md#fever-and-neutropenia). Days are hospital-local; the day of a sustained
-- fever is that of its second reading.
with

readings as (
    select
        laboratory.patient_id,
        laboratory.observed_on,
        laboratory.observed_at,
        laboratory.resource_id,
        laboratory.value >= protocol.fever_celsius as is_high,
        laboratory.value >= protocol.fever_sustained_celsius as is_raised,
        sum(case when laboratory.value < protocol.fever_sustained_celsius then 1 else 0 end) over (
            partition by laboratory.patient_id
            order by laboratory.observed_at asc nulls last, laboratory.resource_id asc
            rows unbounded preceding
        ) as stretch
    from cohort.laboratory as laboratory
    cross join ref.protocol as protocol
    where
        laboratory.analyte = 'temperature'
        and laboratory.observed_on is not null
        and laboratory.value is not null
),

timed as (
    select
        readings.*,
        min(readings.observed_at) filter (where readings.is_raised) over (
            partition by readings.patient_id, readings.stretch
        ) as raised_from
    from readings
)

select
    timed.patient_id,
    timed.observed_on as fever_on,
    min_by(timed.resource_id, (timed.observed_at, timed.resource_id)) as resource_id
from timed
cross join ref.protocol as protocol
where
    timed.is_high
    or (
        timed.is_raised
        and date_diff('minute', timed.raised_from, timed.observed_at) >= protocol.fever_sustained_minutes
    )
group by timed.patient_id, timed.observed_on
