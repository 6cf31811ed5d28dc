-- published.effects
-- Grain: one row per term of an association or model of a dated analysis.
-- Rule: p values belong to a frozen cohort and stand nowhere else (docs/definitions.md#dated-analysis).
-- Time: nothing here is a time.
create table if not exists published.effects (
    run_id varchar not null,
    place integer,
    measure varchar not null,
    exposure varchar,
    outcome varchar,
    stratum varchar,
    adjusted_for varchar,
    kind varchar,
    estimate double,
    lower double,
    upper double,
    level double,
    method varchar,
    events bigint,
    patients bigint,
    p_value double,
    p_adjusted double,
    p_adjustment varchar,
    note varchar
);
