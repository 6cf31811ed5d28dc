-- cohort.verdicts
-- Grain: one episode and evidence hash that a person decided on.
-- Rule: `confirm` counts what rule 2 lists, `reject` uncounts; a verdict holds only for the evidence it was given on
-- (docs/definitions.md#counted-and-listed). No dates.
select distinct
    episode_id,
    evidence_hash,
    verdict,
    reclassified_to
from ref.verdicts
where verdict is not null
