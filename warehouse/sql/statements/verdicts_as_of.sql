-- statement verdicts_as_of: the human decisions that had been made by ref.run.as_of
-- Grain: one row per decision.
-- Rule: what was decided later is not known yet; which of several holds is cohort.verdicts' to say
-- (docs/definitions.md#verdicts).
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
where verdicts.decided_at <= coalesce(run.verdicts_until, run.as_of);
