-- cohort.result_groups
-- Grain: one result of cohort.episode_results that belongs to an episode, with the number of that episode.
-- Rule: the same organism inside its recurrence interval, else polymicrobial, else a new episode
-- (docs/definitions.md#recurrence, docs/definitions.md#polymicrobial). Results are taken one by one; `episodes` carries
-- what is open so far. In it `first_on` is the first qualifying positive and `last_on` the last positive of any of its
-- organisms; they stand first, so that the greatest struct is the most recent episode.
-- Hospital-local dates; gaps are whole days.
with recursive

walk as (
    select
        patients.patient_id,
        cast(0 as bigint) as position,
        cast(null as varchar) as result_key,
        cast(null as integer) as episode_number,
        cast(null as varchar) as join_rule,
        0 as episode_count,
        cast([] as struct(
            last_on date, first_on date, number integer, organisms varchar[], sites varchar[], specimens varchar[]
        )[]) as episodes
    from (select distinct patient_id from cohort.episode_results) as patients

    union all

    select
        chosen.patient_id,
        chosen.position,
        chosen.result_key,
        chosen.number as episode_number,
        chosen.join_rule,
        greatest(chosen.episode_count, coalesce(chosen.number, 0)) as episode_count,
        case
            when chosen.number is null then chosen.episodes
            else list_append(
                list_filter(chosen.episodes, lambda e: e['number'] <> chosen.number),
                struct_pack(
                    last_on := chosen.collected_on,
                    first_on := coalesce(chosen.old.first_on, case when chosen.qualifies then chosen.collected_on end),
                    number := chosen.number,
                    organisms := list_append(chosen.old.organisms, chosen.organism_code),
                    sites := list_concat(chosen.old.sites, case when chosen.qualifies then [chosen.site] end),
                    specimens := list_concat(
                        chosen.old.specimens, case when chosen.qualifies then [chosen.specimen_key] end
                    )
                )
            )
        end as episodes
    from (
        select
            matched.*,
            coalesce(matched.same, matched.mixed) as old,
            coalesce(
                matched.same.number, matched.mixed.number,
                case when matched.can_open then matched.episode_count + 1 end
            ) as number,
            case
                when matched.same is not null then 'same_organism'
                when matched.mixed is not null then 'polymicrobial'
                when matched.can_open then 'new'
            end as join_rule
        from (
            select
                walk.episodes,
                walk.episode_count,
                results.*,
                list_max(list_filter(
                    walk.episodes,
                    lambda e: list_has_any(e['organisms'], results.matching_organisms)
                    and results.collected_on - e['last_on'] < results.interval_days
                )) as same,
                list_max(list_filter(
                    walk.episodes,
                    lambda e: results.qualifies and (
                        list_contains(e['specimens'], results.specimen_key)
                        or (
                            results.site <> 'unknown'
                            and list_contains(e['sites'], results.site)
                            and results.collected_on - e['first_on'] <= protocol.polymicrobial_days
                        )
                    )
                )) as mixed
            from walk
            inner join cohort.episode_results as results
                on
                    walk.patient_id = results.patient_id
                    and walk.position + 1 = results.position
            cross join ref.protocol as protocol
        ) as matched
    ) as chosen
)

select
    patient_id,
    result_key,
    episode_number,
    join_rule
from walk
where episode_number is not null
