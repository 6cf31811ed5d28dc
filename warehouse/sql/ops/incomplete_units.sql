-- ops.incomplete_units
-- Grain: one row per patient, type and reason for which data are missing as of ref.run.as_of; a row without patient
-- concerns everyone.
-- Rule: the newest ledger row of a unit says whether it is complete; a rejected line makes its patient's type
-- incomplete until a usable version of the same resource arrives (docs/definitions.md#completeness).
-- Time: known_from and landed_at are instants in UTC.
with

newest_units as (
    select
        units.unit,
        units.resource_type,
        units.patient_id,
        units.status,
        units.reason
    from archive.ops.fetch_ledger as units
    cross join ref.run
    where units.landed_at <= run.as_of
    qualify
        row_number() over (
            partition by units.unit, units.resource_type, units.patient_id
            order by units.landed_at desc, units.ingest_id desc
        ) = 1
),

standing_rejects as (
    select
        rejects.resource_type,
        rejects.patient_id,
        rejects.reason
    from archive.raw.rejects as rejects
    cross join ref.run
    where
        rejects.known_from <= run.as_of
        and rejects.patient_id is not null
        and not exists (
            select 1
            from archive.raw.resource_versions as versions
            where
                versions.resource_type = rejects.resource_type
                and versions.resource_id = rejects.resource_id
                and versions.known_from > rejects.known_from
                and versions.known_from <= run.as_of
        )
)

select distinct
    newest_units.patient_id,
    newest_units.resource_type,
    coalesce(newest_units.reason, newest_units.status) as reason
from newest_units
where newest_units.status != 'complete'
union
select distinct
    standing_rejects.patient_id,
    standing_rejects.resource_type,
    'rejected: ' || standing_rejects.reason as reason
from standing_rejects
