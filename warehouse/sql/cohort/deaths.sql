-- cohort.deaths
-- Grain: one row per patient who is known to be dead.
-- Rule: the day of the best source that has a whole date; none has one: dead without a day, never the day of a record
-- (docs/definitions.md#death). Hospital-local dates.
select
    patient_id,
    min_by(died_on, source_order) filter (where died_on is not null) as died_on,
    true as is_dead
from cohort.death_reports
group by patient_id
