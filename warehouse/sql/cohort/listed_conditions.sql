-- cohort.listed_conditions
-- Grain: one Condition that is no infection by a rule of group 2, or that no date places.
-- Rule: what joined an episode is not listed; severity and add-on codes alone, a common cold whose virus joined
-- nothing, the reasons of the code list (docs/definitions.md#counted-and-listed). Hospital-local dates.
with

reasons as (
    select
        conditions.resource_id,
        case
            when conditions.step = 'severity' then 'severity_code_alone'
            when conditions.step = 'add_on' then 'add_on_code_alone'
            when conditions.undatable then 'undatable'
            when not conditions.stands_alone then 'presumed_viral_urti'
        end as reason
    from cohort.event_conditions as conditions
    where
        conditions.step <> 'fever'
        or conditions.undatable
    union all
    select
        evidence.resource_id,
        evidence.reason
    from cohort.coded_evidence as evidence
    where evidence.reason <> 'undatable'
)

select
    evidence.patient_id,
    'listed-' || evidence.resource_id as group_key,
    evidence.resource_id,
    case when not coalesce(evidence.undatable, false) then evidence.from_on end as from_on,
    evidence.site,
    evidence.organism_code,
    evidence.organism_name,
    evidence.infection_class,
    reasons.reason
from reasons
inner join cohort.coded_evidence as evidence
    on reasons.resource_id = evidence.resource_id
inner join cohort.not_counted_reasons as keys
    on
        reasons.reason = keys.reason
        and keys.reason_group >= 2
where
    evidence.patient_id in (select courses.patient_id from cohort.courses as courses)
    and reasons.resource_id not in (select links.resource_id from cohort.linked_conditions as links)
qualify row_number() over (
    partition by reasons.resource_id
    order by keys.reason_order asc, evidence.system asc, evidence.code asc
) = 1
