-- published.changes
-- Grain: one row per figure or episode that differs from the last issue.
-- Rule: Why a week changed (docs/definitions.md#changes).
-- Time: `_at` and `_from` are UTC instants, `_on` and `_date` local dates.
create table if not exists published.changes (
    run_id varchar not null,
    previous_run_id varchar,
    subject varchar,
    before varchar,
    after varchar,
    cause varchar,
    evidence varchar
);
