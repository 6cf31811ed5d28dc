-- cohort.micro_findings
-- Grain: one row per microbiology result and organism; one without organism where it names none.
-- Rule: a positive test implies its organism where nothing else names one. Dropped are results that only repeat what
-- another resource of the specimen says better: an empty or unnamed parent, a report without own coded conclusion
-- (docs/definitions.md#microbiology-results). `_at` instants, `_on` hospital-local dates.
with

parents as (
    select distinct ancestors.ancestor_type as resource_type, ancestors.ancestor_id as resource_id
    from cohort.micro_ancestors as ancestors
    inner join cohort.micro_resources as child
        on child.resource_type = 'Observation' and ancestors.resource_id = child.resource_id
),

findings as (
    select
        resources.resource_type,
        resources.resource_id,
        resources.patient_id,
        resources.status,
        resources.kind,
        resources.use,
        resources.target,
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
),

named_specimens as (
    select distinct patient_id, specimen_key
    from findings
    where organism_code is not null and outcome = 'positive' and reason is null
)

select
    findings.resource_type,
    findings.resource_id,
    findings.patient_id,
    findings.status,
    findings.kind,
    findings.use,
    findings.target,
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
from findings
left join named_specimens
    on findings.patient_id = named_specimens.patient_id and findings.specimen_key = named_specimens.specimen_key
where
    case
        when findings.resource_type = 'DiagnosticReport' and findings.is_parent then findings.place = 1
        when findings.resource_type = 'DiagnosticReport' and findings.outcome = 'unknown' then findings.is_unread
        when findings.outcome = 'unknown' and findings.is_parent then false
        when findings.outcome = 'positive' and findings.organism_code is null and not findings.is_unread
            then named_specimens.specimen_key is null
        else true
    end
