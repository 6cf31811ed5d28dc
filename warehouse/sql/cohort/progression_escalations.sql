-- cohort.progression_escalations
-- Grain: one look-back episode and first day of an escalated treatment (criterion f, broad only).
-- Rule: a parenteral anti-infective of an ATC group not given since the onset, given on 4 days or more, started while
-- the last positive is at most 7 days old (docs/definitions.md#progression). Hospital-local dates.
select distinct
    episodes.patient_id,
    episodes.course_number,
    episodes.group_key,
    treatments.start_on as met_on
from cohort.look_back_episodes as episodes
cross join ref.protocol as protocol
inner join cohort.treatments as treatments
    on
        episodes.patient_id = treatments.patient_id
        and episodes.day0_on <= treatments.start_on
        and episodes.watched_until_on >= treatments.start_on
inner join cohort.episode_members as members
    on
        episodes.patient_id = members.patient_id
        and episodes.group_key = members.group_key
        and members.join_rule not in ('severity', 'add_on')
        and (members.result_key is not null or not episodes.has_result)
        and treatments.start_on - members.evidence_on between 0 and protocol.escalation_last_positive_days
where
    treatments.parenteral
    and treatments.intent <> 'prophylaxis'
    and treatments.target not in ('mycobacteria', 'parasites', 'ebv')
    and treatments.atc_group is not null
    and treatments.days >= protocol.escalation_days
    and not exists (
        select 1
        from cohort.treatments as earlier
        where
            earlier.patient_id = treatments.patient_id
            and earlier.atc_group = treatments.atc_group
            and earlier.start_on < treatments.start_on
            and earlier.last_on >= episodes.onset_on
    )
