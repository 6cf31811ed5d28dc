-- counts.person_baseline
-- Grain: one row per cohort member and characteristic of the table of patients, also where it is not known.
-- Rule: a number has value_number, everything else level; both empty = missing, never no
-- (docs/definitions.md#baseline). No names, days from day 0.
with

laboratory as (
    select
        names.analyte,
        names.at_number
    from (
        values
        ('anc', 20), ('alc', 21), ('hb', 22), ('plt', 23), ('crp', 24), ('ferritin', 25), ('ldh', 26),
        ('creatinine', 27), ('albumin', 28), ('igg', 29), ('blasts_marrow_pct', 30)
    ) as names (analyte, at_number)
),

named as (
    select
        names.name,
        names.section,
        names.at_number,
        names.is_number
    from (
        values
        ('age_years', 'patient', 1, true),
        ('sex', 'patient', 2, false),
        ('bridging_other_than_fc', 'treatment', 40, false),
        ('bridging_non_tki', 'treatment', 41, false),
        ('lymphodepletion_type', 'treatment', 42, false),
        ('crs_grade', 'after_infusion', 60, false),
        ('crs_grade_3', 'after_infusion', 61, false)
    ) as names (name, section, at_number, is_number)
)

select
    person_key,
    section,
    at_number,
    characteristic,
    is_number,
    level,
    value_number,
    cast(null as varchar) as unit
from counts.baseline_states
union all
select
    members.person_key,
    named.section,
    named.at_number,
    named.name as characteristic,
    named.is_number,
    case when not named.is_number and covariates.status <> 'unknown' then covariates.value end as level,
    case when named.is_number and covariates.status = 'known' then covariates.value_number end as value_number,
    case when named.is_number then 'a' end as unit
from cohort.cohort_members as members
cross join named
left join cohort.covariates as covariates
    on
        members.patient_id = covariates.patient_id
        and members.course_number = covariates.course_number
        and named.name = covariates.name
union all
select
    members.person_key,
    'laboratory' as section,
    laboratory.at_number,
    laboratory.analyte as characteristic,
    true as is_number,
    cast(null as varchar) as level,
    found.value as value_number,
    ranges.canonical_unit as unit
from cohort.cohort_members as members
cross join laboratory
left join cohort.baseline_laboratory as found
    on
        members.patient_id = found.patient_id
        and members.course_number = found.course_number
        and laboratory.analyte = found.analyte
left join ref.lab_ranges as ranges on laboratory.analyte = ranges.analyte
