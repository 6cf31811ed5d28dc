-- cohort.named_groups
-- Grain: one Condition of cohort.named_conditions, with the number of its episode.
-- Rule: the same organism inside its recurrence interval from the last evidence is the same episode
-- (docs/definitions.md#recurrence); codes are taken one by one. Hospital-local dates; gaps are whole days.
with recursive

walk as (
    select
        patients.patient_id,
        cast(0 as bigint) as position,
        cast(null as varchar) as resource_id,
        cast(null as integer) as episode_number,
        0 as episode_count,
        cast([] as struct(number integer, last_on date, organisms varchar[])[]) as episodes
    from (select distinct patient_id from cohort.named_conditions) as patients

    union all

    select
        chosen.patient_id,
        chosen.position,
        chosen.resource_id,
        chosen.number as episode_number,
        greatest(chosen.episode_count, chosen.number) as episode_count,
        list_append(
            list_filter(chosen.episodes, lambda e: e['number'] <> chosen.number),
            struct_pack(
                number := chosen.number,
                last_on := chosen.from_on,
                organisms := list_append(
                    list_filter(chosen.episodes, lambda e: e['number'] = chosen.number)[1].organisms,
                    chosen.organism_code
                )
            )
        ) as episodes
    from (
        select
            walk.episodes,
            walk.episode_count,
            conditions.*,
            coalesce(
                list_max(list_transform(
                    list_filter(
                        walk.episodes,
                        lambda e: list_has_any(
                            e['organisms'], list_append(conditions.matching_organisms, conditions.organism_code)
                        )
                        and conditions.from_on - e['last_on'] < conditions.interval_days
                    ),
                    lambda e: struct_pack(last_on := e['last_on'], number := e['number'])
                )).number,
                walk.episode_count + 1
            ) as number
        from walk
        inner join cohort.named_conditions as conditions
            on
                walk.patient_id = conditions.patient_id
                and walk.position + 1 = conditions.position
    ) as chosen
)

select
    patient_id,
    resource_id,
    episode_number
from walk
where resource_id is not null
