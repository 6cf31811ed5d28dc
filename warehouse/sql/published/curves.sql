-- published.curves
-- Grain: one row per point of a curve.
-- Rule: Cumulative incidence with the numbers at risk (docs/definitions.md#figures).
-- Time: `_at` and `_from` are UTC instants, `_on` and `_date` local dates.
create table if not exists published.curves (
    run_id varchar not null,
    measure varchar not null,
    stratum varchar,
    infection_class varchar,
    day integer,
    at_risk bigint,
    value double,
    lower double,
    upper double
);
