-- published.table_one
-- Grain: one row per characteristic, level and stratum of the table of patients.
-- Rule: numbers have median and quartiles, levels n of the known; missing is shown (docs/definitions.md#baseline).
-- Time: nothing here is a time.
create table if not exists published.table_one (
    run_id varchar not null,
    place integer,
    section varchar,
    characteristic varchar not null,
    level varchar,
    unit varchar,
    stratum varchar,
    n bigint,
    denominator bigint,
    missing bigint,
    percent double,
    median double,
    q1 double,
    q3 double
);
