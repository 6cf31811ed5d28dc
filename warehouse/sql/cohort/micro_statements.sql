-- cohort.micro_statements
-- Grain: one row per microbiology result and organism that it names or implies; one without organism where none is.
-- Rule: a positive test implies its organism where nothing else names one; what hangs under a screening test is
-- screening; without a Specimen, a specimen is a distinct collection time of one kind of material
-- (docs/definitions.md#microbiology-results, #contaminants). `_at` instants, `_on` hospital-local dates.
with

parents as (
    select distinct
        ancestors.ancestor_type as resource_type,
        ancestors.ancestor_id as resource_id
    from cohort.micro_ancestors as ancestors
    inner join cohort.micro_resources as child
        on child.resource_type = 'Observation' and ancestors.resource_id = child.resource_id
),

screened as (
    select distinct ancestors.resource_id
    from cohort.micro_ancestors as ancestors
    inner join cohort.micro_tests_found as test
        on
            ancestors.ancestor_type = test.resource_type
            and ancestors.ancestor_id = test.resource_id
            and test.use = 'screening'
)

select
    resources.resource_type,
    resources.resource_id,
    resources.patient_id,
    resources.status,
    resources.kind,
    if(screened.resource_id is null, resources.use, 'screening') as use,
    resources.target,
    resources.organism_code is not null as is_specific_test,
    resources.test_system || '|' || resources.test_code as test_key,
    specimens.specimen_id,
    specimens.specimen_class,
    specimens.site,
    specimens.sterile,
    specimens.specimen_role,
    specimens.is_lavage,
    specimens.is_unsatisfactory,
    specimens.is_error,
    times.collected_at,
    times.collected_on,
    times.date_source,
    coalesce(times.issued_on, times.collected_on) as known_on,
    outcomes.outcome,
    outcomes.reason,
    outcomes.is_preliminary,
    outcomes.is_unread,
    outcomes.quantity,
    outcomes.quantity_kind,
    coalesce(organisms.organism_code, if(outcomes.outcome = 'positive', implied.organism_code, null))
        as organism_code,
    coalesce(organisms.place, 9) as place,
    coalesce(organisms.by_text, false) as by_text,
    parents.resource_id is not null as is_parent,
    coalesce(
        specimens.root_id,
        concat_ws(
            '/', 'time', resources.patient_id, specimens.specimen_class,
            coalesce(cast(epoch_ms(times.collected_at) as varchar), cast(times.collected_on as varchar))
        )
    ) as specimen_key
from cohort.micro_resources as resources
inner join cohort.micro_outcomes as outcomes
    on resources.resource_type = outcomes.resource_type and resources.resource_id = outcomes.resource_id
inner join cohort.micro_specimens as specimens
    on resources.resource_type = specimens.resource_type and resources.resource_id = specimens.resource_id
inner join cohort.micro_times as times
    on resources.resource_type = times.resource_type and resources.resource_id = times.resource_id
left join cohort.micro_organisms as organisms
    on
        resources.resource_type = organisms.resource_type
        and resources.resource_id = organisms.resource_id
        and outcomes.outcome = 'positive'
left join cohort.organism_index as implied
    on resources.organism_system = implied.system and resources.organism_code = implied.code
left join parents
    on resources.resource_type = parents.resource_type and resources.resource_id = parents.resource_id
left join screened
    on resources.resource_type = 'Observation' and resources.resource_id = screened.resource_id
