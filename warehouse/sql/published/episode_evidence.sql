-- published.episode_evidence
-- Grain: one resource version behind an issued episode, in one role.
-- Rule: what was issued is kept, so that the next week can be compared with it (docs/definitions.md#changes).
-- Time: `_at` and `_from` are UTC instants, `_on` and `_date` local dates.
create table if not exists published.episode_evidence (
    run_id varchar not null,
    episode_id varchar not null,
    resource_type varchar not null,
    resource_id varchar not null,
    version_id varchar,
    role varchar,
    reason varchar,
    evidence_on date
);
