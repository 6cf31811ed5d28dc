-- statement relation_digest: row count and digest of any relation, whatever the order of its rows
-- Grain: one row.
-- Rule: equal rows give equal digests in every process and with every number of threads (docs/definitions.md#raw).
-- Time: none.
select
    count(*) as row_count,
    coalesce(sha256(string_agg(row_hash, '' order by row_hash)), '') as digest
from (
    select sha256(cast(to_json(every_row) as varchar)) as row_hash
    from query_table(getvariable('relation')) as every_row
) as hashed_rows;
