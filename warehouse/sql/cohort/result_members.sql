-- cohort.result_members
-- Grain: one result that belongs to an episode, or is listed as none.
-- Rule: what it adds to the episode and which rule made it count (docs/definitions.md#non-sterile-sites).
-- `founds` = onset and identity of the episode may come from it. Hospital-local dates, `_at` UTC instants.
with

contaminants as (
    select distinct organism_code
    from cohort.organism_index
    where is_contaminant
),

grouped as (
    select
        results.*,
        'result-' || groups.episode_number as group_key,
        groups.join_rule,
        results.qualifies or not episodes.qualifies as founds,
        case when not episodes.qualifies then 'dnaemia_not_treated' end as reason,
        case
            when results.dnaemia_rule is not null then results.dnaemia_rule
            when results.is_dnaemia then 'dnaemia'
            when results.supporting_condition_id is not null then 'matching_condition'
            when results.recurrence_group = 'c_difficile' then 'toxin'
            when contaminants.organism_code is not null then 'two_specimens'
            when results.sterile then 'sterile_site'
            when results.kind <> 'culture' and results.infection_class = 'viral_resp' then 'airway_virus'
            else 'targeted_treatment'
        end as rule
    from cohort.result_groups as groups
    inner join cohort.episode_results as results
        on groups.result_key = results.result_key
    inner join cohort.result_episodes as episodes
        on
            groups.patient_id = episodes.patient_id
            and groups.episode_number = episodes.episode_number
    left join contaminants
        on results.organism_code = contaminants.organism_code
)

select
    patient_id,
    group_key,
    result_key,
    resource_type,
    resource_id,
    collected_on as evidence_on,
    collected_at as evidence_at,
    case when kind = 'culture' and site = 'blood' then 'MDI_BSI' else 'MDI_other' end as documents,
    case when founds then [site] else cast([] as varchar[]) end as sites,
    sterile,
    organism_code,
    matching_organisms,
    organism_name,
    infection_class,
    founds,
    join_rule,
    rule,
    reason
from grouped
union all
select
    patient_id,
    group_key,
    result_key,
    resource_type,
    resource_id,
    collected_on as evidence_on,
    collected_at as evidence_at,
    case when kind = 'culture' and site = 'blood' then 'MDI_BSI' else 'MDI_other' end as documents,
    [coalesce(site, 'unknown')] as sites,
    false as sterile,
    organism_code,
    cast([] as varchar[]) as matching_organisms,
    organism_name,
    infection_class,
    true as founds,
    'listed' as join_rule,
    'listed' as rule,
    reason
from cohort.listed_results
