-- cohort.micro_findings
-- Grain: one row per microbiology result and organism; one without organism where it names none.
-- Rule: left out is what only repeats what another resource of the specimen says better: an empty or unnamed parent, a
-- report whose results are there, unless its conclusion codes an organism that they do not name
-- (docs/definitions.md#microbiology-results).
-- `_at` instants, `_on` hospital-local dates.
with

named_specimens as (
    select distinct
        patient_id,
        specimen_key
    from cohort.micro_statements
    where organism_code is not null and outcome = 'positive' and reason is null
),

named_in_results as (
    select distinct
        relatives.resource_id,
        statements.organism_code
    from cohort.micro_relatives as relatives
    inner join cohort.micro_statements as statements
        on relatives.relative_type = statements.resource_type and relatives.relative_id = statements.resource_id
    where relatives.resource_type = 'DiagnosticReport' and relatives.relative_type = 'Observation'
)

select
    findings.resource_type,
    findings.resource_id,
    findings.patient_id,
    findings.status,
    findings.kind,
    findings.use,
    findings.target,
    findings.is_specific_test,
    findings.test_key,
    findings.specimen_id,
    findings.specimen_key,
    findings.specimen_class,
    findings.site,
    findings.sterile,
    findings.specimen_role,
    findings.is_lavage,
    findings.is_unsatisfactory,
    findings.is_error,
    findings.collected_at,
    findings.collected_on,
    findings.date_source,
    findings.known_on,
    findings.outcome,
    findings.reason,
    findings.is_preliminary,
    findings.quantity,
    findings.quantity_kind,
    findings.organism_code,
    findings.place,
    findings.by_text
from cohort.micro_statements as findings
left join named_specimens
    on findings.patient_id = named_specimens.patient_id and findings.specimen_key = named_specimens.specimen_key
left join named_in_results
    on
        findings.resource_type = 'DiagnosticReport'
        and findings.resource_id = named_in_results.resource_id
        and findings.organism_code = named_in_results.organism_code
where
    case
        when findings.resource_type = 'DiagnosticReport' and findings.is_parent
            then findings.place = 1 and named_in_results.resource_id is null
        when findings.resource_type = 'DiagnosticReport' and findings.outcome = 'unknown' then findings.is_unread
        when findings.outcome = 'unknown' and findings.is_parent then false
        when findings.outcome = 'positive' and findings.organism_code is null and not findings.is_unread
            then named_specimens.specimen_key is null
        else true
    end
