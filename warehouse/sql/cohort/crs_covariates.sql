-- cohort.crs_covariates
-- Grain: one row per course and CRS covariate.
-- Rule: onset (first day of any grade), first day of grade >= 3, maximum and its first day, scale, exposure; the number
-- of a day counts from day 0 (docs/definitions.md#crs-grade, D36, D37). Hospital-local dates.
with

items as (
    select
        exposures.patient_id,
        exposures.course_number,
        exposures.day0_on,
        exposures.scale,
        exposures.is_known,
        exposures.is_recorded,
        unnest(
            [
                struct_pack(
                    label := 'crs_grade',
                    flag := null,
                    number := exposures.grade,
                    seen_on := exposures.grade_on
                ),
                struct_pack(label := 'crs_onset', flag := null, number := null, seen_on := exposures.onset_on),
                struct_pack(label := 'crs_scale', flag := null, number := null, seen_on := exposures.onset_on),
                struct_pack(
                    label := 'crs_grade_3',
                    flag := exposures.severe_on is not null,
                    number := null,
                    seen_on := exposures.severe_on
                ),
                struct_pack(
                    label := 'crs_grade_3_exposure',
                    flag := exposures.exposed,
                    number := cast(exposures.exposed as integer),
                    seen_on := exposures.severe_on
                ),
                struct_pack(
                    label := 'crs_grade_3_exposure_broad',
                    flag := exposures.exposed_broad,
                    number := cast(exposures.exposed_broad as integer),
                    seen_on := exposures.severe_on
                )
            ]
        ) as item
    from cohort.crs_exposures as exposures
),

answers as (
    select
        items.patient_id,
        items.course_number,
        items.item.label as name,
        items.item.seen_on as known_on,
        case
            when items.item.flag then 'yes'
            when not items.item.flag then 'no'
            when items.item.label = 'crs_scale' then items.scale
            when items.item.label = 'crs_onset' then cast(items.item.seen_on as varchar)
            else cast(items.item.number as varchar)
        end as value,
        coalesce(items.item.number, items.item.seen_on - items.day0_on) as value_number,
        case when items.item.label in ('crs_grade', 'crs_scale') then 'grade' else 'day' end as unit,
        case when items.item.label in ('crs_onset', 'crs_scale') then items.is_recorded else items.is_known end
            as is_known,
        items.scale
    from items
)

select
    answers.patient_id,
    answers.course_number,
    answers.name,
    case when answers.is_known then answers.value end as value,
    case when answers.is_known then cast(answers.value_number as decimal(18, 6)) end as value_number,
    case when not starts_with(answers.name, 'crs_grade_3_exposure') then answers.unit end as unit,
    case when answers.is_known then answers.known_on end as known_on,
    answers.scale as source,
    case when answers.is_known then 'known' else 'unknown' end as status
from answers
