-- ops.verdicts
-- Grain: one row per human decision.
-- Rule: A decision is on evidence as it stood, by its hash (docs/definitions.md#verdicts).
-- Time: `_at` and `_from` are UTC instants, `_on` and `_date` local dates.
create table if not exists ops.verdicts (
    evidence_hash varchar,
    episode_id varchar,
    verdict varchar,
    reclassified_to varchar,
    decided_by varchar,
    decided_at timestamptz,
    note varchar
);
