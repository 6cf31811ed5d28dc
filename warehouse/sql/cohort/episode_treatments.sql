-- cohort.episode_treatments
-- Grain: one course of treatment that is aimed at an episode.
-- Rule: its target fits an organism of the episode (an unknown one: bacteria), and it started on day -1..+3 of a piece
-- of evidence, for DNAemia on day -3..+14 (docs/definitions.md#targeted-treatment). A drug for both uses must not run
-- the day before. Hospital-local dates.
with

targets as (
    select
        labels.patient_id,
        labels.group_key,
        fits.target
    from cohort.episode_labels as labels
    inner join cohort.treatment_fits as fits
        on list_contains(labels.organism_codes, fits.organism_code)
    union
    select
        labels.patient_id,
        labels.group_key,
        'bacteria' as target
    from cohort.episode_labels as labels
    where labels.infection_classes[1] in ('unknown', 'bacterial_other')
    union
    select
        labels.patient_id,
        labels.group_key,
        'fungi' as target
    from cohort.episode_labels as labels
    where labels.infection_classes[1] = 'fungal_other'
)

select distinct
    members.patient_id,
    members.group_key,
    treatments.name,
    treatments.start_on,
    treatments.last_on
from cohort.episode_members as members
inner join targets
    on
        members.patient_id = targets.patient_id
        and members.group_key = targets.group_key
inner join cohort.treatments as treatments
    on
        members.patient_id = treatments.patient_id
        and targets.target = treatments.target
cross join ref.protocol as protocol
where
    members.join_rule not in ('severity', 'add_on')
    and (
        treatments.intent = 'therapeutic'
        or (treatments.intent = 'both' and not coalesce(treatments.running_before, false))
    )
    and (
        treatments.start_on - members.evidence_on
        between protocol.treatment_first_day and protocol.treatment_last_day
        or (
            members.rule like 'dnaemia%'
            and treatments.start_on - members.evidence_on
            between protocol.dnaemia_treatment_first_day and protocol.dnaemia_treatment_last_day
        )
    )
