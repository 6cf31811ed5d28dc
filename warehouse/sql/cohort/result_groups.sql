-- cohort.result_groups
-- Grain: one result of cohort.episode_results that belongs to an episode, with the number of that episode.
-- Rule: the same organism inside its recurrence interval, else polymicrobial, else a new episode
-- (docs/definitions.md#bmt-ctn-grade). Results are taken one by one; `episodes` carries what is open so far:
-- `first_on` is the first qualifying positive, `last_on` the last positive of any of its organisms.
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
            number integer, first_on date, last_on date, organisms varchar[], sites varchar[], specimens varchar[]
        )[]) as episodes
    from (select distinct patient_id from cohort.episode_results) as patients

    union all

    select
        decided.patient_id,
        decided.position,
        decided.result_key,
        decided.number as episode_number,
        decided.join_rule,
        greatest(decided.episode_count, coalesce(decided.number, 0)) as episode_count,
        case
            when decided.number is null then decided.episodes
            else list_append(
                list_filter(decided.episodes, lambda e: e['number'] <> decided.number),
                struct_pack(
                    number := decided.number,
                    first_on := coalesce(
                        decided.old.first_on, case when decided.qualifies then decided.collected_on end
                    ),
                    last_on := decided.collected_on,
                    organisms := list_append(decided.old.organisms, decided.organism_code),
                    sites := list_concat(decided.old.sites, case when decided.qualifies then [decided.site] end),
                    specimens := list_concat(
                        decided.old.specimens, case when decided.qualifies then [decided.specimen_key] end
                    )
                )
            )
        end as episodes
    from (
        select
            *,
            list_filter(episodes, lambda e: e['number'] = number)[1] as old
        from (
            select
                matched.*,
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
                    list_max(list_transform(
                        list_filter(
                            walk.episodes,
                            lambda e: list_has_any(e['organisms'], results.matching_organisms)
                            and results.collected_on - e['last_on'] < results.interval_days
                        ),
                        lambda e: struct_pack(last_on := e['last_on'], first_on := e['first_on'], number := e['number'])
                    )) as same,
                    list_max(list_transform(
                        list_filter(
                            walk.episodes,
                            lambda e: results.qualifies and (
                                list_contains(e['specimens'], results.specimen_key)
                                or (
                                    results.site <> 'unknown'
                                    and list_contains(e['sites'], results.site)
                                    and results.collected_on - e['first_on'] <= protocol.polymicrobial_days
                                )
                            )
                        ),
                        lambda e: struct_pack(last_on := e['last_on'], first_on := e['first_on'], number := e['number'])
                    )) as mixed
                from walk
                inner join cohort.episode_results as results
                    on
                        walk.patient_id = results.patient_id
                        and walk.position + 1 = results.position
                cross join ref.protocol as protocol
            ) as matched
        ) as chosen
    ) as decided
)

select
    patient_id,
    result_key,
    episode_number,
    join_rule
from walk
where episode_number is not null
