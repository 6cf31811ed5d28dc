-- statement new_lines: the lines of a batch whose content is not known yet
-- Grain: one row per content, which says type, id and version too: the first line that has it, by its number.
-- Rule: content that was known before a deletion and comes again is known anew, so that a resource which a
-- server hid for a while is not lost (docs/definitions.md#raw).
-- Time: known_from is the landed_at of the ingest, in UTC.
create or replace temp table new_lines as
with

usable as (
    select
        incoming.content_hash,
        min(incoming.number) as number
    from incoming
    where incoming.reject_reason is null
    group by incoming.content_hash
)

select usable.number
from usable
where not exists (
    select 1
    from raw.resource_versions as known
    where
        known.content_hash = usable.content_hash
        and not exists (
            select 1
            from raw.deletions
            where
                deletions.resource_type = known.resource_type
                and deletions.resource_id = known.resource_id
                and deletions.known_from >= known.known_from
                and deletions.known_from < cast(getvariable('landed_at') as timestamptz)
        )
);
