-- cohort.courses
-- Grain: one row per patient and course of infusions; one without day 0 for a patient whose infusions have no date.
-- Rule: the first course of a patient with B-ALL whose day 0 has come is in the cohort; the first reason against it
-- is kept (docs/definitions.md#course, D01, D10, D42). Hospital-local dates.
with

undated as (
    select
        records.patient_id,
        string_agg(distinct records.product, ', ' order by records.product asc) as products
    from cohort.infusion_records as records
    where records.patient_id not in (select infusions.patient_id from cohort.infusions as infusions)
    group by records.patient_id
),

listed as (
    select
        patient_id,
        course_number,
        day0_on,
        last_infusion_on,
        products,
        infusions,
        by_text
    from cohort.course_starts
    union all by name
    select
        patient_id,
        1 as course_number,
        products
    from undated
),

ages as (
    select
        listed.patient_id,
        listed.course_number,
        date_sub('year', fhir_last_on(patient.birth_date, run.time_zone), listed.day0_on) as youngest_years,
        date_sub('year', fhir_first_on(patient.birth_date, run.time_zone), listed.day0_on) as oldest_years
    from listed
    inner join stage.patient as patient on listed.patient_id = patient.patient_id
    cross join ref.run as run
),

judged as (
    select
        listed.patient_id,
        listed.course_number,
        listed.day0_on,
        listed.last_infusion_on,
        listed.products,
        listed.infusions,
        listed.by_text,
        case
            when listed.day0_on is null then 'no_dated_infusion'
            when not coalesce(diseases.has_all, false) then 'not_b_all'
            when diseases.has_t_lineage and not diseases.has_b_lineage then 't_lineage'
            when ages.oldest_years < cohort.age_low or ages.youngest_years > cohort.age_high then 'outside_age'
            when listed.course_number > 1 then 'later_course'
            when listed.day0_on > run.data_date then 'after_data_date'
        end as exclusion_reason
    from listed
    left join cohort.diseases as diseases on listed.patient_id = diseases.patient_id
    left join ages
        on
            listed.patient_id = ages.patient_id
            and listed.course_number = ages.course_number
    cross join ref.protocol_cohort as cohort
    cross join ref.run as run
)

select
    judged.patient_id,
    cast(judged.course_number as integer) as course_number,
    judged.exclusion_reason is null as in_cohort,
    judged.exclusion_reason,
    judged.day0_on,
    judged.last_infusion_on,
    judged.products,
    ends.follow_up_end_on,
    ends.follow_up_end_reason,
    judged.infusions,
    judged.by_text
from judged
left join cohort.course_ends as ends
    on
        judged.patient_id = ends.patient_id
        and judged.course_number = ends.course_number
