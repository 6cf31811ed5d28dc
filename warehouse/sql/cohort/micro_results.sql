-- cohort.micro_results
-- Grain: one row per result Observation or report and organism; one without organism where none is named.
-- Rule: reason is the first key of group 1 that makes the result no evidence, NULL = evidence
-- (docs/definitions.md#counted-and-listed, rules D31 to D33). Final wins over preliminary of the same patient, specimen
-- and test. A positive, final result of an unsatisfactory specimen is kept and flagged.
-- `_at` instants, `_on` hospital-local dates.
with

finals as (
    select distinct
        patient_id,
        specimen_key,
        test_key
    from cohort.micro_findings
    where not is_preliminary and outcome in ('positive', 'negative') and reason is distinct from 'status_dropped'
),

virus_loads as (
    select target
    from cohort.dnaemia_viruses
)

select
    concat_ws('#', findings.resource_type || '/' || findings.resource_id, findings.organism_code) as result_key,
    findings.patient_id,
    findings.resource_type,
    findings.resource_id,
    findings.specimen_key,
    findings.specimen_id,
    findings.collected_at,
    findings.collected_on,
    findings.date_source,
    findings.known_on,
    findings.status,
    findings.is_preliminary as preliminary,
    findings.kind,
    findings.use as test_use,
    findings.specimen_class,
    -- A biomarker of the serum says nothing of the place: it must not make a bloodstream infection.
    if(findings.kind = 'biomarker' and findings.site = 'blood', 'unknown', findings.site) as site,
    findings.sterile,
    findings.specimen_role,
    findings.is_lavage,
    findings.is_unsatisfactory,
    findings.outcome,
    findings.organism_code,
    organism.organism_name,
    organism.genus,
    organism.species,
    organism.rank,
    organism.match_level,
    organism.infection_class,
    organism.recurrence_group,
    organism.is_contaminant,
    if(findings.is_specific_test, findings.target, coalesce(organism.target, findings.target)) as target,
    findings.quantity,
    findings.quantity_kind as unit_kind,
    findings.by_text,
    case
        when findings.reason = 'status_dropped' or findings.is_error then 'status_dropped'
        when findings.is_preliminary and finals.test_key is not null then 'superseded'
        when findings.reason in ('pending', 'negative', 'not_performed', 'below_quantification', 'qualitative_only')
            then findings.reason
        when findings.site = 'blood' and findings.kind = 'nucleic_acid' and virus_loads.target is not null
            then 'qualitative_only'
        when findings.kind = 'antibody' then 'antibody_only'
        when findings.reason in ('unresolved_organism', 'mixed_flora') then findings.reason
        when findings.organism_code is null and findings.kind <> 'biomarker' and findings.use <> 'screening'
            then 'unresolved_organism'
        when findings.is_unsatisfactory and findings.is_preliminary then 'specimen_unsatisfactory'
        when findings.use = 'screening' or findings.specimen_role = 'screening' then 'screening'
        when findings.specimen_role = 'device' then 'catheter_tip_alone'
        when findings.specimen_role = 'environment' then 'environment'
        when findings.resource_type = 'DiagnosticReport' and findings.by_text then 'text_only_report'
        when findings.collected_on > deaths.died_on then 'after_death'
        when findings.collected_on is null then 'no_date'
    end as reason
from cohort.micro_findings as findings
left join cohort.organisms as organism
    on findings.organism_code = organism.organism_code
left join finals
    on
        findings.patient_id = finals.patient_id
        and findings.specimen_key = finals.specimen_key
        and findings.test_key = finals.test_key
left join virus_loads
    on coalesce(organism.target, findings.target) = virus_loads.target
left join cohort.deaths as deaths
    on findings.patient_id = deaths.patient_id
