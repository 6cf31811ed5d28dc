-- cohort.drug_days
-- Grain: one row per infused patient, day, substance, target and intrathecal or not.
-- Rule: days -120..90 of a course from the patient's drug source; a route that makes a systemic drug local takes it
-- out, intrathecal is kept apart (docs/definitions.md#drug-exposure, D38, D39). Hospital-local dates.
with

first_days as (
    select
        courses.patient_id,
        min(courses.day0_on + protocol.drug_first_day) as first_on,
        max(courses.day0_on + protocol.drug_last_day) as last_on
    from cohort.course_starts as courses
    cross join ref.protocol as protocol
    group by courses.patient_id
),

given as (
    select
        spans.resource_type,
        spans.resource_id,
        spans.patient_id,
        spans.drug_source,
        unnest(
            generate_series(
                greatest(spans.first_on, looked.first_on),
                least(spans.last_on, looked.last_on),
                interval 1 day
            )
        ) as drug_at
    from cohort.drug_spans as spans
    inner join first_days as looked on spans.patient_id = looked.patient_id
)

select
    given.patient_id,
    cast(given.drug_at as date) as drug_on,
    drugs.system,
    drugs.code,
    drugs.name,
    drugs.drug_class,
    coalesce(routes.intrathecal, false) as intrathecal,
    drugs.lymphodepletion_drug,
    drugs.conditioning_drug,
    drugs.next_therapy,
    drugs.atc_group,
    drugs.anti_infective,
    drugs.intent,
    drugs.target,
    coalesce(routes.parenteral, case when drugs.route_rule = 'parenteral' then true end) as parenteral,
    given.drug_source,
    given.resource_type,
    given.resource_id
from given
inner join cohort.drug_codes as drugs
    on
        given.resource_type = drugs.resource_type
        and given.resource_id = drugs.resource_id
left join cohort.drug_routes as routes
    on
        given.resource_type = routes.resource_type
        and given.resource_id = routes.resource_id
where
    coalesce(routes.intrathecal, false)
    or not (
        (drugs.route_rule = 'systemic_only' and not coalesce(routes.systemic, true))
        or (drugs.route_rule = 'parenteral' and not coalesce(routes.parenteral, true))
    )
qualify
    row_number() over (
        partition by given.patient_id, drug_on, drugs.name, drugs.target, coalesce(routes.intrathecal, false)
        order by coalesce(routes.parenteral, false) desc, given.resource_id asc, drugs.system asc, drugs.code asc
    ) = 1
