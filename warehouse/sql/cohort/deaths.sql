-- cohort.deaths
-- Grain: one row per patient who is known to be dead by the data date.
-- Rule: the day of the best source that has a whole date; none has one: dead without a day, never the day of a record;
-- who died after the data date is not dead yet (docs/definitions.md#death). Hospital-local dates.
with

best as (
    select
        patient_id,
        min_by(died_on, source_order) filter (where died_on is not null) as died_on
    from cohort.death_reports
    group by patient_id
)

select
    best.patient_id,
    best.died_on,
    true as is_dead
from best
cross join ref.run as run
where coalesce(best.died_on <= run.data_date, true)
