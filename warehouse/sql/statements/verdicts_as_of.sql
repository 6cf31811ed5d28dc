-- statement verdicts_as_of: the human decisions that had been made by ref.run.as_of
-- Grain: one row per decision; the newest of one evidence and episode.
-- Rule: a later decision replaces an earlier one on the same evidence (docs/definitions.md#verdicts).
-- Time: decided_at is an instant in UTC.
create table ops.verdicts as
select
    verdicts.evidence_hash,
    verdicts.episode_id,
    verdicts.verdict,
    verdicts.reclassified_to,
    verdicts.decided_by,
    verdicts.decided_at,
    verdicts.note
from archive.ops.verdicts as verdicts
cross join ref.run
where verdicts.decided_at <= coalesce(run.verdicts_until, run.as_of)
qualify
    row_number() over (
        partition by verdicts.evidence_hash, verdicts.episode_id
        order by verdicts.decided_at desc, verdicts.verdict asc, verdicts.decided_by asc
    ) = 1;
