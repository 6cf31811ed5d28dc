-- cohort.drug_covariates
-- Grain: one row per course and drug exposure.
-- Rule: no drug row or an incomplete pull is unknown, never no; from requests alone an exposure is inferred: ordered,
-- not confirmed as given (docs/definitions.md#drug-exposure, D38, D39). Hospital-local dates.
with

known as (
    select
        bridging.patient_id,
        bridging.course_number,
        bridging.to_on,
        source.drug_source,
        coalesce(source.is_complete, false) as is_known,
        unnest(
            [
                struct_pack(exposure_name := 'bridging_other_than_fc', flag := bridging.other_than_fc),
                struct_pack(exposure_name := 'bridging_non_tki', flag := bridging.non_tki),
                struct_pack(exposure_name := 'bridging_tki', flag := bridging.tki),
                struct_pack(exposure_name := 'bridging_intrathecal', flag := bridging.intrathecal),
                struct_pack(exposure_name := 'bridging_steroid', flag := bridging.steroid)
            ]
        ) as exposure
    from cohort.course_bridging as bridging
    left join cohort.drug_source as source on bridging.patient_id = source.patient_id
),

answers as (
    select
        known.patient_id,
        known.course_number,
        known.exposure.exposure_name as name,
        case when known.exposure.flag then 'yes' else 'no' end as value,
        cast(known.exposure.flag as integer) as value_number,
        known.to_on as known_on,
        known.drug_source,
        known.is_known
    from known
    union all by name
    select
        bridging.patient_id,
        bridging.course_number,
        'lymphodepletion_type' as name,
        bridging.lymphodepletion_type as value,
        bridging.to_on as known_on,
        source.drug_source,
        coalesce(source.is_complete, false) as is_known
    from cohort.course_bridging as bridging
    left join cohort.drug_source as source on bridging.patient_id = source.patient_id
    union all by name
    select
        courses.patient_id,
        courses.course_number,
        'drug_source' as name,
        source.drug_source as value,
        courses.day0_on as known_on,
        source.drug_source,
        source.drug_source is not null as is_known
    from cohort.course_starts as courses
    left join cohort.drug_source as source on courses.patient_id = source.patient_id
)

select
    answers.patient_id,
    answers.course_number,
    answers.name,
    case when answers.is_known then answers.value end as value,
    case when answers.is_known then cast(answers.value_number as decimal(18, 6)) end as value_number,
    cast(null as varchar) as unit,
    case when answers.is_known then answers.known_on end as known_on,
    answers.drug_source as source,
    case
        when not answers.is_known then 'unknown'
        when answers.drug_source = 'request' and answers.name <> 'drug_source' then 'inferred'
        else 'known'
    end as status
from answers
