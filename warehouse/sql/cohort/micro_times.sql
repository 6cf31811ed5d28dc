-- cohort.micro_times
-- Grain: one row per microbiology result, with the time of its collection and where that was read.
-- Rule: Specimen.collection, else effective (of the topmost parent Observation, then its own, then of its report), else
-- issued, flagged by date_source (docs/definitions.md#onset). `_at` instants, `_on` hospital-local dates.
with

effective as (
    select
        'Observation' as resource_type,
        observation_id as resource_id,
        coalesce(effective_datetime, effective_start, effective_instant) as effective_text
    from stage.observation
    union all
    select
        'DiagnosticReport' as resource_type,
        diagnostic_report_id as resource_id,
        coalesce(effective_datetime, effective_start) as effective_text
    from stage.diagnostic_report
),

effective_days as (
    select
        effective.resource_type,
        effective.resource_id,
        instants.read_at as effective_at,
        instants.read_on as effective_on
    from effective
    inner join cohort.micro_instants as instants on effective.effective_text = instants.text
),

-- The topmost parent Observation first, then itself, then its report; a report itself, then its results.
offered as (
    select
        relatives.resource_type,
        relatives.resource_id,
        days.effective_at,
        days.effective_on,
        case
            when relatives.resource_type = 'DiagnosticReport' then relatives.distance
            when relatives.relative_type = 'Observation' then -relatives.distance
            else 9
        end as place
    from cohort.micro_relatives as relatives
    inner join effective_days as days
        on relatives.relative_type = days.resource_type and relatives.relative_id = days.resource_id
),

effective_times as (
    select
        resource_type,
        resource_id,
        arg_min_null(effective_at, (place, effective_on, effective_at)) as effective_at,
        arg_min(effective_on, (place, effective_on, effective_at)) as effective_on
    from offered
    group by resource_type, resource_id
)

select
    resources.resource_type,
    resources.resource_id,
    case
        when specimens.collected_on is not null then specimens.collected_at
        when times.effective_on is not null then times.effective_at
        else issued.read_at
    end as collected_at,
    coalesce(specimens.collected_on, times.effective_on, issued.read_on) as collected_on,
    case
        when specimens.collected_on is not null then 'collection'
        when times.effective_on is not null then 'effective'
        when issued.read_on is not null then 'issued'
    end as date_source,
    issued.read_on as issued_on
from cohort.micro_resources as resources
inner join cohort.micro_specimens as specimen
    on resources.resource_type = specimen.resource_type and resources.resource_id = specimen.resource_id
left join cohort.specimens as specimens on specimen.specimen_id = specimens.specimen_id
left join effective_times as times
    on resources.resource_type = times.resource_type and resources.resource_id = times.resource_id
left join cohort.micro_instants as issued on resources.issued = issued.text
