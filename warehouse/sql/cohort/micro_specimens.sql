-- cohort.micro_specimens
-- Grain: one row per microbiology result, with its specimen and what kind of specimen that is.
-- Rule: own specimen, else that of the nearest relative that has one; class from the specimen's type, else from the
-- test of the nearest relative that names one (docs/definitions.md#microbiology-results). No dates.
with

own as (
    select
        'Observation' as resource_type,
        observation_id as resource_id,
        specimen_id
    from stage.observation
    where specimen_id is not null
    union all
    select
        'DiagnosticReport' as resource_type,
        diagnostic_report_id as resource_id,
        min(specimen_id) as specimen_id
    from stage.diagnostic_report_specimen
    group by diagnostic_report_id
),

chosen as (
    select
        relatives.resource_type,
        relatives.resource_id,
        arg_min(own.specimen_id, (relatives.distance, own.specimen_id)) as specimen_id
    from cohort.micro_relatives as relatives
    inner join own on relatives.relative_type = own.resource_type and relatives.relative_id = own.resource_id
    group by relatives.resource_type, relatives.resource_id
),

tests as (
    select
        relatives.resource_type,
        relatives.resource_id,
        arg_min(test.specimen_class, (relatives.distance, test.specimen_class)) as specimen_class,
        bool_or(test.is_lavage) as is_lavage
    from cohort.micro_relatives as relatives
    inner join cohort.micro_tests_found as test
        on
            relatives.relative_type = test.resource_type
            and relatives.relative_id = test.resource_id
            and test.specimen_class <> 'unspecified'
    group by relatives.resource_type, relatives.resource_id
),

classed as (
    select
        resources.resource_type,
        resources.resource_id,
        chosen.specimen_id,
        specimens.root_id,
        specimens.site,
        specimens.sterile,
        specimens.role,
        specimens.specimen_class as typed_class,
        coalesce(specimens.specimen_class, tests.specimen_class, 'unspecified') as specimen_class,
        specimens.is_lavage or (specimens.specimen_class is null and tests.is_lavage) as is_lavage,
        specimens.is_unsatisfactory,
        specimens.is_error
    from cohort.micro_resources as resources
    left join chosen on resources.resource_type = chosen.resource_type and resources.resource_id = chosen.resource_id
    left join cohort.specimens as specimens on chosen.specimen_id = specimens.specimen_id
    left join tests on resources.resource_type = tests.resource_type and resources.resource_id = tests.resource_id
)

select
    classed.resource_type,
    classed.resource_id,
    classed.specimen_id,
    classed.root_id,
    classed.specimen_class,
    if(classed.typed_class is null, class.site, classed.site) as site,
    if(classed.typed_class is null, class.sterile, classed.sterile) as sterile,
    if(classed.typed_class is null, class.role, classed.role) as specimen_role,
    coalesce(classed.is_lavage, false) as is_lavage,
    coalesce(classed.is_unsatisfactory, false) as is_unsatisfactory,
    coalesce(classed.is_error, false) as is_error
from classed
left join ref.specimen_classes as class on classed.specimen_class = class.specimen_class
