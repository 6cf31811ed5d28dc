-- cohort.episode_members
-- Grain: one piece of evidence (result, Condition, febrile day) of an episode or of a listed row.
-- Rule: everything an episode is made of, in one shape; `label_tier` says whose class and organism it takes: results,
-- then codes that name an organism, then the rest (docs/definitions.md#axes). Hospital-local dates, `_at` UTC instants.
select
    patient_id,
    group_key,
    resource_type,
    resource_id,
    result_key,
    evidence_on,
    evidence_at,
    documents,
    1 as label_tier,
    sites,
    sterile,
    organism_code,
    matching_organisms,
    organism_name,
    infection_class,
    cast(null as date) as abatement_on,
    founds,
    join_rule,
    rule,
    reason
from cohort.result_members
union all
select
    patient_id,
    group_key,
    resource_type,
    resource_id,
    cast(null as varchar) as result_key,
    evidence_on,
    cast(null as timestamptz) as evidence_at,
    'CLIN_DOC' as documents,
    case when join_rule = 'severity' then 4 when organism_code is not null then 2 else 3 end as label_tier,
    sites,
    false as sterile,
    organism_code,
    matching_organisms,
    organism_name,
    infection_class,
    abatement_on,
    founds,
    join_rule,
    rule,
    reason
from cohort.condition_members
union all
select
    patient_id,
    group_key,
    resource_type,
    resource_id,
    cast(null as varchar) as result_key,
    fever_on as evidence_on,
    cast(null as timestamptz) as evidence_at,
    'FUO' as documents,
    3 as label_tier,
    ['unknown'] as sites,
    false as sterile,
    cast(null as varchar) as organism_code,
    cast([] as varchar[]) as matching_organisms,
    cast(null as varchar) as organism_name,
    'unknown' as infection_class,
    cast(null as date) as abatement_on,
    true as founds,
    'fever' as join_rule,
    'fever' as rule,
    'fever_of_unknown_origin' as reason
from cohort.unexplained_fevers
