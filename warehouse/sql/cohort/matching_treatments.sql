-- cohort.matching_treatments
-- Grain: one row per positive result for which a targeted treatment started.
-- Rule: a therapeutic anti-infective, started from treatment_first_day to treatment_last_day of the collection, whose
-- target fits the organism; a drug for both uses only if it was not running the day before
-- (docs/definitions.md#targeted-treatment, rules D17, D44). longest_days = days of treatment. Hospital-local dates.
select
    result.result_key,
    max(treatment.days) as longest_days
from cohort.positive_results as result
inner join cohort.treatments as treatment
    on result.patient_id = treatment.patient_id
inner join cohort.treatment_fits as fit
    on treatment.target = fit.target and result.organism_code = fit.organism_code
cross join ref.protocol as protocol
where
    (
        treatment.intent = 'therapeutic'
        or (treatment.intent = 'both' and not coalesce(treatment.running_before, false))
    )
    and treatment.start_on - result.collected_on
    between protocol.treatment_first_day and protocol.treatment_last_day
group by result.result_key
