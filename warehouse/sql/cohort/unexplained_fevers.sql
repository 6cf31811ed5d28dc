-- cohort.unexplained_fevers
-- Grain: one piece of evidence (a febrile day, or a Condition of fever with neutropenia) of a fever of unknown origin.
-- Rule: on days with no open episode; one stretch while the gap is < 14 days; listed, never counted
-- (docs/definitions.md#counted-and-listed). Hospital-local dates; gaps are whole days.
with

signs as (
    select
        patient_id,
        'Observation' as resource_type,
        resource_id,
        fever_on
    from cohort.fever_days
    union all
    select
        patient_id,
        'Condition' as resource_type,
        resource_id,
        from_on as fever_on
    from cohort.event_conditions
    where
        step = 'fever'
        and not undatable
),

alone as (
    select
        signs.*,
        signs.fever_on - lag(signs.fever_on) over (
            partition by signs.patient_id
            order by signs.fever_on asc, signs.resource_type asc, signs.resource_id asc
        ) as gap
    from signs
    cross join ref.protocol as protocol
    where
        signs.patient_id in (select courses.patient_id from cohort.courses as courses)
        and not exists (
            select 1
            from cohort.standing_episodes as episodes
            where
                episodes.patient_id = signs.patient_id
                and signs.fever_on
                between episodes.onset_on - protocol.join_before_days
                and episodes.last_on + protocol.join_after_days
        )
)

select
    alone.patient_id,
    alone.resource_type,
    alone.resource_id,
    alone.fever_on,
    'fever-' || sum(case when alone.gap < protocol.fuo_gap_days then 0 else 1 end) over (
        partition by alone.patient_id
        order by alone.fever_on asc, alone.resource_type asc, alone.resource_id asc
        rows unbounded preceding
    ) as group_key
from alone
cross join ref.protocol as protocol
