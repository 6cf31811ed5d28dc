-- published.estimates
-- Grain: one row per figure.
-- Rule: A figure carries its counts, method and limits (docs/definitions.md#figures).
-- Time: `_at` and `_from` are UTC instants, `_on` and `_date` local dates.
create table if not exists published.estimates (
    run_id varchar not null,
    as_of timestamptz,
    data_date date,
    week varchar,
    protocol varchar,
    definition_version varchar,
    measure varchar not null,
    stratum varchar,
    window_name varchar,
    infection_class varchar,
    numerator bigint,
    denominator bigint,
    denominator_unit varchar,
    value double,
    lower double,
    upper double,
    level double,
    method varchar,
    status varchar,
    note varchar
);
