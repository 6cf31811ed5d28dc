-- cohort.treatment_days
-- Grain: one row per patient, day, anti-infective substance and target.
-- Rule: anti-infectives that are not given intrathecally; rituximab treats EBV too
-- (docs/definitions.md#targeted-treatment). Hospital-local dates.
select
    patient_id,
    drug_on,
    name,
    target,
    atc_group,
    intent,
    parenteral,
    resource_type,
    resource_id
from cohort.drug_days
where
    anti_infective
    and not intrathecal
union all
select
    patient_id,
    drug_on,
    name,
    'ebv' as target,
    atc_group,
    'therapeutic' as intent,
    parenteral,
    resource_type,
    resource_id
from cohort.drug_days
where
    name = 'rituximab'
    and not intrathecal
