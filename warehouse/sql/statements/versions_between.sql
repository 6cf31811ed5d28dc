-- statement versions_between: what became known of each resource between two instants, `before` and `after`
-- Grain: one row per resource whose current version differs at the two instants; NULL = not known, or deleted.
-- Rule: current as for stage.resources (docs/definitions.md#changes). `evidence_on` is the day that the newer version
-- speaks of, else the day it was last updated; `is_error` = the newer version says that it was entered in error.
-- Time: known_from is an instant in UTC, evidence_on a local date in the zone `time_zone`.
with

instants as (
    select
        'before' as side,
        cast(getvariable('before') as timestamptz) as instant
    union all
    select
        'after' as side,
        cast(getvariable('after') as timestamptz) as instant
),

newest as (
    select
        instants.side,
        instants.instant,
        versions.resource_type,
        versions.resource_id,
        versions.version_id,
        versions.last_updated,
        versions.known_from,
        versions.landing_file,
        versions.line,
        cast(versions.resource as json) as resource
    from instants
    inner join raw.resource_versions as versions
        on instants.instant >= versions.known_from
    qualify
        row_number() over (
            partition by instants.side, versions.resource_type, versions.resource_id
            order by
                coalesce(versions.last_updated, versions.known_from) desc,
                versions.known_from desc,
                try_cast(versions.version_id as bigint) desc nulls last,
                versions.landing_file desc,
                versions.line desc
        ) = 1
),

known as (
    select newest.*
    from newest
    where not exists (
        select 1
        from raw.deletions as deletions
        where
            deletions.resource_type = newest.resource_type
            and deletions.resource_id = newest.resource_id
            and deletions.known_from >= newest.known_from
            and deletions.known_from <= newest.instant
    )
),

earlier as (
    select known.*
    from known
    where known.side = 'before'
),

later as (
    select known.*
    from known
    where known.side = 'after'
),

pairs as (
    select
        coalesce(later.resource_type, earlier.resource_type) as resource_type,
        coalesce(later.resource_id, earlier.resource_id) as resource_id,
        earlier.version_id as version_before,
        later.version_id as version_after,
        earlier.line is not null as was_known,
        later.line is not null as is_known,
        coalesce(later.resource, earlier.resource) as resource,
        coalesce(later.last_updated, later.known_from) as updated_at
    from earlier
    full outer join later
        on
            earlier.resource_type = later.resource_type
            and earlier.resource_id = later.resource_id
    where (earlier.landing_file, earlier.line) is distinct from (later.landing_file, later.line)
)

select
    resource_type,
    resource_id,
    version_before,
    version_after,
    was_known,
    is_known,
    case
        when resource_type = 'Patient' then resource_id
        else split_part(coalesce(resource ->> '$.subject.reference', resource ->> '$.patient.reference'), '/', -1)
    end as patient_id,
    coalesce(
        fhir_on(coalesce(
            resource ->> '$.collection.collectedDateTime', resource ->> '$.collection.collectedPeriod.start',
            resource ->> '$.effectiveDateTime', resource ->> '$.effectivePeriod.start',
            resource ->> '$.effectiveInstant', resource ->> '$.performedDateTime',
            resource ->> '$.performedPeriod.start', resource ->> '$.onsetDateTime', resource ->> '$.onsetPeriod.start',
            resource ->> '$.recordedDate', resource ->> '$.period.start', resource ->> '$.authoredOn',
            resource ->> '$.issued'
        ), getvariable('time_zone')),
        cast(timezone(getvariable('time_zone'), updated_at) as date)
    ) as evidence_on,
    coalesce(
        'entered-in-error' in (resource ->> '$.status', resource ->> '$.verificationStatus.coding[0].code'), false
    ) as is_error
from pairs
order by resource_type, resource_id;
