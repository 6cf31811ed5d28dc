-- cohort.covariates
-- Grain: one row per course and covariate.
-- Rule: an answer that is not known has status unknown and no value, it is never "no"; inferred = ordered but not
-- confirmed, or an interval (docs/definitions.md#drug-exposure). Hospital-local dates.
select
    patient_id,
    course_number,
    name,
    value,
    value_number,
    unit,
    known_on,
    source,
    status
from cohort.drug_covariates
union all
select
    patient_id,
    course_number,
    name,
    value,
    value_number,
    unit,
    known_on,
    source,
    status
from cohort.crs_covariates
union all
select
    patient_id,
    course_number,
    name,
    value,
    value_number,
    unit,
    known_on,
    source,
    status
from cohort.person_covariates
