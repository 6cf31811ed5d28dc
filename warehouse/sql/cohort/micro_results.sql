-- cohort.micro_results
-- Grain: one row per result Observation or report and organism; one without organism where none is named.
-- Rule: reason is the first key of group 1 that makes the result no evidence, NULL = evidence
-- (docs/definitions.md#counted-and-listed, rules D31 to D33). Final wins over preliminary of the same patient, specimen
-- and test. A positive, final result of an unsatisfactory specimen is kept and flagged.
-- `_at` instants, `_on` hospital-local dates.
with

finals as (
    select distinct patient_id, specimen_key, test_key
    from cohort.micro_findings
    where not is_preliminary and outcome in ('positive', 'negative') and reason is distinct from 'status_dropped'
),

facts as (
    select
        findings.*,
        organism.organism_name,
        organism.genus,
        organism.species,
        organism.rank,
        organism.match_level,
        organism.infection_class,
        organism.recurrence_group,
        coalesce(if(findings.target in (organism.target, virus.target), findings.target, null), organism.target, findings.target) as result_target
    from cohort.micro_findings as findings
    left join cohort.organisms as organism on findings.organism_code = organism.organism_code
)
select 1
