-- cohort.episode_results
-- Grain: one positive result that can open or support an episode, numbered within its patient.
-- Rule: collection date, date-only before timestamps, then resource key (docs/definitions.md#recurrence).
-- Later single contaminants and low DNAemia values support an episode of their organism; `qualifies` is false.
-- Hospital-local dates.
with

candidates as (
    select
        results.*,
        qualification.supporting_condition_id,
        significance.rule as dnaemia_rule,
        positives.result_key is not null as is_dnaemia,
        qualification.reason is null
        and (positives.result_key is null or significance.result_key is not null) as qualifies,
        positives.result_key is not null or qualification.reason is null as can_open
    from cohort.micro_results as results
    inner join cohort.result_qualification as qualification
        on results.result_key = qualification.result_key
    left join cohort.dnaemia_positives as positives
        on results.result_key = positives.result_key
    left join cohort.dnaemia_significance as significance
        on results.result_key = significance.result_key
    where
        results.outcome = 'positive'
        and results.reason is null
        and results.collected_on is not null
        and results.target is distinct from 'hbv'
        and coalesce(positives.quantified, true)
        and (qualification.reason is null or qualification.reason in ('contaminant', 'possible_contaminant_treated'))
        and results.patient_id in (select courses.patient_id from cohort.courses as courses)
)

select
    candidates.patient_id,
    candidates.result_key,
    candidates.resource_type,
    candidates.resource_id,
    candidates.specimen_key,
    candidates.collected_on,
    candidates.collected_at,
    candidates.kind,
    candidates.site,
    candidates.sterile,
    candidates.organism_code,
    candidates.organism_name,
    candidates.genus,
    candidates.species,
    candidates.infection_class,
    candidates.recurrence_group,
    intervals.days as interval_days,
    candidates.supporting_condition_id,
    candidates.dnaemia_rule,
    candidates.is_dnaemia,
    candidates.qualifies,
    candidates.can_open,
    coalesce(same_organisms.matching_organisms, cast([] as varchar[])) as matching_organisms,
    row_number() over (
        partition by candidates.patient_id
        order by
            candidates.collected_on asc, candidates.collected_at asc nulls first,
            candidates.resource_type asc, candidates.resource_id asc, candidates.result_key asc
    ) as position
from candidates
left join ref.recurrence_intervals as intervals
    on candidates.recurrence_group = intervals.recurrence_group
left join cohort.same_organisms as same_organisms
    on candidates.organism_code = same_organisms.organism_code
