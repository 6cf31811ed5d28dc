-- cohort.micro_resources
-- Grain: one row per Observation or DiagnosticReport that states a microbiology result.
-- Rule: a test of the list, or an organism as value or as code, or (by text) a child or a microbiology result whose
-- words name one; susceptibility and panel headers without components have no result of their own, reports under a
-- microbiology heading do (docs/definitions.md#microbiology-results). kind `unmapped` = on no list. FHIR times.
with

organism_codings as (
    select distinct
        codings.resource_type,
        codings.resource_id
    from cohort.codings as codings
    inner join cohort.organism_index as organism
        on codings.system = organism.system and codings.code = organism.code
    where
        codings.resource_type in ('Observation', 'DiagnosticReport')
        and codings.element in ('value', 'code', 'conclusion', 'component_value')
),

-- Words are only trusted where the resource stands among microbiology results.
in_microbiology as (
    select
        resource_type,
        resource_id
    from cohort.micro_tests_found
    union
    select
        'Observation' as resource_type,
        ancestors.resource_id
    from cohort.micro_ancestors as ancestors
    inner join cohort.micro_tests_found as test
        on ancestors.ancestor_type = test.resource_type and ancestors.ancestor_id = test.resource_id
),

by_text as (
    select
        texts.resource_type,
        texts.resource_id
    from cohort.micro_texts as texts
    inner join cohort.clause_organisms as organism on texts.text = organism.text
    inner join in_microbiology
        on texts.resource_type = in_microbiology.resource_type and texts.resource_id = in_microbiology.resource_id
    union
    select
        texts.resource_type,
        texts.resource_id
    from cohort.micro_texts as texts
    inner join cohort.exact_organisms as organism on texts.text = organism.text
    inner join stage.observation as observation on texts.resource_id = observation.observation_id
    left join cohort.micro_ancestors as ancestors on texts.resource_id = ancestors.resource_id
    where
        texts.resource_type = 'Observation'
        and texts.element = 'code'
        and (observation.specimen_id is not null or ancestors.resource_id is not null)
),

components as (
    select
        observation_id,
        min(kind) as kind
    from cohort.component_results
    group by observation_id
),

stated as (
    select
        'Observation' as resource_type,
        observation_id as resource_id,
        patient_id,
        lower(trim(status)) as status,
        issued
    from stage.observation
    union all
    select
        'DiagnosticReport' as resource_type,
        diagnostic_report_id as resource_id,
        patient_id,
        lower(trim(status)) as status,
        issued
    from stage.diagnostic_report
)

select
    stated.resource_type,
    stated.resource_id,
    stated.patient_id,
    stated.status,
    stated.issued,
    test.system as test_system,
    test.code as test_code,
    coalesce(if(test.use = 'navigation', null, test.kind), components.kind, 'unmapped') as kind,
    test.target,
    test.unit_kind,
    coalesce(test.use, 'evidence') as use,
    test.organism_system,
    test.organism_code
from stated
left join cohort.micro_tests_found as test
    on stated.resource_type = test.resource_type and stated.resource_id = test.resource_id
left join organism_codings
    on stated.resource_type = organism_codings.resource_type and stated.resource_id = organism_codings.resource_id
left join by_text
    on stated.resource_type = by_text.resource_type and stated.resource_id = by_text.resource_id
left join components
    on stated.resource_type = 'Observation' and stated.resource_id = components.observation_id
where
    case
        when components.observation_id is not null then true
        when stated.resource_type = 'Observation' and test.use = 'navigation' and test.kind <> 'category' then false
        when test.use <> 'navigation' then true
        when stated.resource_type = 'DiagnosticReport' and test.is_heading then true
        else organism_codings.resource_id is not null or by_text.resource_id is not null
    end
