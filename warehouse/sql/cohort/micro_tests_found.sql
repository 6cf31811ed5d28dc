-- cohort.micro_tests_found
-- Grain: one row per Observation or DiagnosticReport whose code or category is on the list of microbiology tests.
-- Rule: of several codings a screening test decides, then evidence, then the one that names its specimen
-- (docs/definitions.md#microbiology-results). No dates.
select
    codings.resource_type,
    codings.resource_id,
    test.system,
    test.code,
    test.kind,
    test.target,
    test.unit_kind,
    test.specimen_class,
    test.use,
    test.organism_system,
    test.organism_code,
    contains(lower(test.display), 'lavage') as is_lavage,
    test.kind = 'category' as is_heading
from cohort.codings as codings
inner join ref.micro_tests as test
    on codings.system = test.system and codings.code = test.code
where
    codings.resource_type in ('Observation', 'DiagnosticReport')
    and codings.element in ('code', 'category')
    and (test.kind <> 'category' or starts_with(test.display, 'Microbiology'))
qualify
    row_number() over (
        partition by codings.resource_type, codings.resource_id
        order by
            case test.use
                when 'screening' then 1
                when 'evidence' then 2
                when 'candidate' then 3
                when 'exclude' then 4
                else 5
            end asc,
            test.specimen_class = 'unspecified' asc,
            is_heading desc,
            test.system asc,
            test.code asc
    ) = 1
