-- cohort.c_difficile_toxins
-- Grain: one row per patient and specimen with a resulted C. difficile toxin test.
-- Rule: a toxigenic NAAT counts only where the same specimen has no negative toxin test
-- (docs/definitions.md#c-difficile-dnaemia-fungal-candidates, rules D26). No dates.
select
    patient_id,
    specimen_key,
    bool_or(outcome = 'positive') as is_positive
from cohort.micro_results
where
    kind = 'toxin'
    and target = 'c_difficile'
    and ((outcome = 'positive' and reason is null) or (outcome = 'negative' and reason = 'negative'))
group by patient_id, specimen_key
