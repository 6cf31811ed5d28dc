-- cohort.infusions
-- Grain: one row per patient and infusion with a date.
-- Rule: records of one day are one infusion, whatever the channel; across channels also one day apart, dated on the
-- earlier day, if the other channel has none of its own on that day; records of one channel on different days are
-- never merged (docs/definitions.md#infusions). Hospital-local dates.
with

days as (
    select
        patient_id,
        infused_on,
        case when count(distinct channel) = 1 then min(channel) end as only_channel
    from cohort.infusion_records
    where infused_on is not null
    group by patient_id, infused_on
),

linked as (
    select
        days.patient_id,
        days.infused_on,
        coalesce(
            days.only_channel <> lag(days.only_channel) over patient_days
            and days.infused_on - lag(days.infused_on) over patient_days <= protocol.cross_channel_days,
            false
        ) as alternates
    from days
    cross join ref.protocol as protocol
    window patient_days as (partition by days.patient_id order by days.infused_on asc)
),

runs as (
    select
        patient_id,
        infused_on,
        count(*) filter (where not alternates) over (
            partition by patient_id
            order by infused_on asc
        ) as run_number
    from linked
),

-- In a run of days with alternating channels every second day is the echo of the day before it.
placed as (
    select
        patient_id,
        infused_on,
        row_number() over (
            partition by patient_id, run_number
            order by infused_on asc
        ) % 2 = 0 as is_echo,
        lag(infused_on) over (
            partition by patient_id
            order by infused_on asc
        ) as previous_on
    from runs
),

dated as (
    select
        records.patient_id,
        case when placed.is_echo then placed.previous_on else placed.infused_on end as infused_on,
        records.infused_at,
        records.product,
        records.channel,
        records.by_text,
        records.resource_type,
        records.resource_id
    from cohort.infusion_records as records
    inner join placed
        on
            records.patient_id = placed.patient_id
            and records.infused_on = placed.infused_on
)

select
    patient_id,
    infused_on,
    min(infused_at) as infused_at,
    min(product) as product,
    string_agg(distinct channel, ', ' order by channel asc) as channel,
    bool_and(by_text) as by_text,
    min_by(resource_type, (by_text, channel = 'medication', resource_id)) as resource_type,
    min_by(resource_id, (by_text, channel = 'medication', resource_id)) as resource_id,
    cast(count(*) as integer) as records
from dated
group by patient_id, infused_on
