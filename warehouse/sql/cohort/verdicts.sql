-- cohort.verdicts
-- Grain: one episode and evidence hash that a person decided on.
-- Rule: `confirm` counts what rule 2 lists, `reject` uncounts; a verdict holds only for the evidence it was given on,
-- the last one wins (docs/definitions.md#verdicts). No dates.
select
    episode_id,
    evidence_hash,
    verdict,
    reclassified_to
from ops.verdicts
where
    episode_id is not null
    and evidence_hash is not null
qualify row_number() over (
    partition by episode_id, evidence_hash
    order by decided_at desc, verdict asc, reclassified_to asc
) = 1
