-- cohort.unlisted_organisms
-- Grain: one row per organism code that only a flag list or the contaminant list knows, and per genus without code.
-- Rule: code, else name, else genus: what is not in ref.organisms has the class of its genus
-- (docs/definitions.md#same-organism). No dates.
with

named_members as (
    select
        system,
        code,
        genus,
        organism_name as name,
        if(flag = 'nhsn_common_commensal', value, null) as is_commensal
    from ref.genus_exceptions
    union all
    select
        system,
        code,
        genus,
        name,
        contaminant as is_commensal
    from ref.cohort_contaminants
    where code is not null
),

members as (
    select
        member.system,
        member.code,
        min(member.genus) as genus,
        min(member.name) as name,
        bool_or(member.is_commensal) as is_commensal,
        nullif(regexp_replace(min(member.name), '^[^ ]+ *', ''), '') as species,
        contains(min(member.name), ',') or ends_with(min(member.name), ' group') as is_group
    from named_members as member
    left join ref.organisms as listed on member.system = listed.system and member.code = listed.code
    where listed.code is null
    group by member.system, member.code
),

genera_without_code as (
    select
        genus.genus,
        case genus.nhsn_common_commensal when 'all' then true when 'none' then false end as is_commensal
    from ref.genera as genus
    left join ref.organisms as listed on genus.genus = listed.genus and listed.rank = 'genus'
    where listed.code is null
),

unlisted as (
    select
        system,
        code,
        code as organism_code,
        name as organism_name,
        genus,
        if(contains(name, ','), null, species) as species,
        case when is_group then 'group' when species is null then 'genus' else 'species' end as match_level,
        is_commensal
    from members
    union all
    select
        'genus' as system,
        genus as code,
        'genus:' || genus as organism_code,
        genus as organism_name,
        genus,
        null as species,
        'genus' as match_level,
        is_commensal
    from genera_without_code
)

select
    unlisted.system,
    unlisted.code,
    unlisted.organism_code,
    unlisted.organism_name,
    unlisted.genus,
    unlisted.species,
    unlisted.match_level as rank,
    unlisted.match_level,
    genus.infection_class,
    class.recurrence_group,
    coalesce(unlisted.is_commensal, genus.nhsn_common_commensal = 'all') as is_commensal
from unlisted
inner join ref.genera as genus on unlisted.genus = genus.genus
inner join ref.infection_classes as class on genus.infection_class = class.infection_class
