-- cohort.evidence_items
-- Grain: one resource as evidence of an episode or listed row, or as excluded (group_key NULL).
-- Rule: what supports, with the way it joined; what is listed or no evidence at all is `excluded` with its fixed key
-- (docs/definitions.md#counted-and-listed). A resource of several organisms takes its first reason. Versions are the
-- current ones of the run. No dates.
with

placed as (
    select distinct
        resource_type,
        resource_id,
        result_key
    from cohort.episode_members
),

items as (
    select
        members.patient_id,
        members.group_key,
        members.resource_type,
        members.resource_id,
        case when members.reason is null then 'supports' else 'excluded' end as role,
        coalesce(members.reason, members.join_rule) as reason
    from cohort.episode_members as members
    union
    select
        results.patient_id,
        cast(null as varchar) as group_key,
        results.resource_type,
        results.resource_id,
        'excluded' as role,
        coalesce(results.reason, hbv_results.reason, qualification.reason, 'qualitative_only') as reason
    from cohort.micro_results as results
    left join cohort.result_qualification as qualification
        on results.result_key = qualification.result_key
    left join cohort.hbv_results as hbv_results
        on results.result_key = hbv_results.result_key
    left join cohort.dnaemia_positives as positives
        on
            results.result_key = positives.result_key
            and not positives.quantified
    where
        not exists (
            select 1
            from placed
            where placed.result_key = results.result_key
        )
        and coalesce(
            results.reason, hbv_results.reason, qualification.reason, positives.result_key
        ) is not null
    union
    select
        conditions.patient_id,
        cast(null as varchar) as group_key,
        'Condition' as resource_type,
        conditions.resource_id,
        'excluded' as role,
        conditions.reason
    from cohort.coded_evidence as conditions
    where
        conditions.reason is not null
        and not exists (
            select 1
            from placed
            where placed.resource_type = 'Condition' and placed.resource_id = conditions.resource_id
        )
)

select
    items.patient_id,
    items.group_key,
    items.resource_type,
    items.resource_id,
    resources.version_id,
    items.role,
    items.reason
from items
left join stage.resources as resources
    on
        items.resource_type = resources.resource_type
        and items.resource_id = resources.resource_id
left join cohort.not_counted_reasons as keys
    on items.reason = keys.reason
where items.patient_id in (select courses.patient_id from cohort.courses as courses)
qualify
    row_number() over (
        partition by items.patient_id, items.group_key, items.resource_type, items.resource_id
        order by items.role desc, keys.reason_order asc nulls first, items.reason asc
    ) = 1
