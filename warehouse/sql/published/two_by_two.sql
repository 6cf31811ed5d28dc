-- published.two_by_two
-- Grain: one row per association.
-- Rule: The four cells stand beside every ratio (docs/definitions.md#figures).
-- Time: `_at` and `_from` are UTC instants, `_on` and `_date` local dates.
create table if not exists published.two_by_two (
    run_id varchar not null,
    measure varchar not null,
    exposure varchar,
    outcome varchar,
    exposed_events bigint,
    exposed_without bigint,
    unexposed_events bigint,
    unexposed_without bigint,
    estimate double,
    lower double,
    upper double,
    level double,
    method varchar,
    unknown_events bigint,
    unknown_without bigint,
    note varchar
);
