-- cohort.episode_labels
-- Grain: one episode or listed row, with its classes and organisms.
-- Rule: those of the results, else of codes that name an organism, else of the other codes; `unknown` only if there is
-- no other; organisms are names of the code list (docs/definitions.md#axes). A person's class stands for all of them
-- (docs/definitions.md#verdicts). No dates.
with

tiers as (
    select
        patient_id,
        group_key,
        min(label_tier) as label_tier
    from cohort.episode_members
    group by patient_id, group_key
),

labelled as (
    select
        members.patient_id,
        members.group_key,
        list(distinct members.infection_class order by members.infection_class) as classes,
        list(distinct members.organism_name order by members.organism_name) as organisms,
        list(distinct members.organism_code order by members.organism_code) as organism_codes
    from cohort.episode_members as members
    inner join tiers
        on
            members.patient_id = tiers.patient_id
            and members.group_key = tiers.group_key
            and members.label_tier = tiers.label_tier
    group by members.patient_id, members.group_key
)

select
    labelled.patient_id,
    labelled.group_key,
    case
        when core.judged_class is not null then [core.judged_class]
        when len(list_filter(labelled.classes, lambda named: named <> 'unknown')) = 0 then ['unknown']
        else list_filter(labelled.classes, lambda named: named <> 'unknown')
    end as infection_classes,
    list_filter(labelled.organisms, lambda named: named is not null) as organisms,
    list_filter(labelled.organism_codes, lambda named: named is not null) as organism_codes
from labelled
inner join cohort.episode_core as core
    on
        labelled.patient_id = core.patient_id
        and labelled.group_key = core.group_key
