-- cohort.verdicts
-- Grain: one episode and evidence hash that a person decided on.
-- Rule: `confirm` counts what rule 2 lists, `reject` uncounts; `reclassify` gives a class (a group without more is its
-- "other" class), a cause of death or a progression. Each question keeps its own last answer; an answer holds only for
-- the evidence it was given on (docs/definitions.md#verdicts). No dates.
with

decisions as (
    select
        verdicts.episode_id,
        verdicts.evidence_hash,
        verdicts.verdict,
        verdicts.reclassified_to,
        classes.infection_class,
        row_number() over (
            partition by verdicts.episode_id, verdicts.evidence_hash
            order by
                verdicts.decided_at asc, verdicts.verdict desc, verdicts.reclassified_to desc,
                verdicts.decided_by desc
        ) as decision_number
    from ops.verdicts as verdicts
    left join ref.infection_classes as classes
        on verdicts.reclassified_to in (classes.infection_class, replace(classes.infection_class, '_other', ''))
    where
        verdicts.episode_id is not null
        and verdicts.evidence_hash is not null
)

select
    episode_id,
    evidence_hash,
    arg_max(verdict, decision_number) filter (where verdict in ('confirm', 'reject')) as verdict,
    arg_max(infection_class, decision_number) filter (where infection_class is not null) as judged_class,
    arg_max(reclassified_to, decision_number) filter (where starts_with(reclassified_to, 'death_of_')) as judged_death,
    coalesce(bool_or(reclassified_to = 'progressed'), false) as is_judged_progressed
from decisions
group by episode_id, evidence_hash
