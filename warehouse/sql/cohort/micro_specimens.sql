-- cohort.micro_specimens
-- Grain: one row per microbiology result, with its specimen and what kind of specimen that is.
-- Rule: own specimen, else that of the nearest parent, for a report that of its results; class from the specimen's
-- type, else from the test, else from the test of a parent (docs/definitions.md#microbiology-results). No dates.
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

offered as (
    select
        resource_type,
        resource_id,
        specimen_id,
        0 as distance
    from own
    union all
    select
        'Observation' as resource_type,
        ancestors.resource_id,
        own.specimen_id,
        ancestors.distance
    from cohort.micro_ancestors as ancestors
    inner join own on ancestors.ancestor_type = own.resource_type and ancestors.ancestor_id = own.resource_id
    union all
    select
        'DiagnosticReport' as resource_type,
        result.diagnostic_report_id as resource_id,
        own.specimen_id,
        9 as distance
    from stage.diagnostic_report_result as result
    inner join own on own.resource_type = 'Observation' and result.observation_id = own.resource_id
),

chosen as (
    select
        resource_type,
        resource_id,
        arg_min(specimen_id, (distance, specimen_id)) as specimen_id
    from offered
    group by resource_type, resource_id
),

parent_tests as (
    select
        ancestors.resource_id,
        arg_min(test.specimen_class, (ancestors.distance, test.specimen_class)) as specimen_class,
        bool_or(test.is_lavage) as is_lavage
    from cohort.micro_ancestors as ancestors
    inner join cohort.micro_tests_found as test
        on
            ancestors.ancestor_type = test.resource_type
            and ancestors.ancestor_id = test.resource_id
            and test.specimen_class <> 'unspecified'
    group by ancestors.resource_id
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
        coalesce(
            specimens.specimen_class,
            nullif(resources.specimen_class, 'unspecified'),
            parent_tests.specimen_class,
            'unspecified'
        ) as specimen_class,
        specimens.is_lavage
        or (specimens.specimen_class is null and (resources.is_lavage or parent_tests.is_lavage)) as is_lavage,
        specimens.is_unsatisfactory,
        specimens.is_error
    from cohort.micro_resources as resources
    left join chosen on resources.resource_type = chosen.resource_type and resources.resource_id = chosen.resource_id
    left join cohort.specimens as specimens on chosen.specimen_id = specimens.specimen_id
    left join
        parent_tests
        on resources.resource_type = 'Observation' and resources.resource_id = parent_tests.resource_id
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
