-- ops.checks
-- Grain: one row per expectation and run.
-- Rule: A check has a severity and the measures it protects (docs/definitions.md#gates).
-- Time: `_at` and `_from` are UTC instants, `_on` and `_date` local dates.
create table if not exists ops.checks (
    run_id varchar not null,
    relation varchar not null,
    check_name varchar not null,
    severity varchar not null,
    passed boolean not null,
    element_count bigint,
    unexpected_count bigint,
    protects varchar,
    reason varchar
);
