-- cohort.death_cause_items
-- Grain: one recorded cause of death: a coding, or the text of a record without any coding of a known system.
-- Rule: a cause is an infection if its longest code prefix has the role event, severity or add-on, or if its text hits
-- the list of infection causes (docs/definitions.md#death-attribution). Underlying and contributing weigh the same.
-- No dates.
with

records as (
    select distinct
        kept.patient_id,
        kept.resource_type,
        kept.resource_id
    from cohort.codings as codings
    inner join ref.death_codes as listed
        on
            codings.system = listed.system
            and codings.code = listed.code
            and listed.concept in ('cause_of_death', 'underlying_cause')
    inner join cohort.kept_resources as kept
        on
            codings.resource_type = kept.resource_type
            and codings.resource_id = kept.resource_id
    where codings.element in ('code', 'component')
),

causes as (
    select
        records.patient_id,
        records.resource_type,
        records.resource_id,
        codings.system,
        codings.code
    from records
    inner join cohort.codings as codings
        on
            records.resource_type = codings.resource_type
            and records.resource_id = codings.resource_id
    where
        codings.element in ('value', 'component_value')
        and codings.system in (select known.system from ref.code_systems as known)
),

mapped as (
    select
        causes.*,
        meanings.role,
        meanings.code as infection_code,
        crosswalk.site
    from causes
    left join ref.infection_codes as meanings
        on
            causes.system = meanings.system
            and (
                causes.code = meanings.code
                or (meanings.match = 'prefix' and starts_with(causes.code, meanings.code))
            )
    left join ref.site_crosswalk as crosswalk
        on meanings.site = crosswalk.code_site
    qualify row_number() over (
        partition by causes.resource_type, causes.resource_id, causes.system, causes.code
        order by causes.code = meanings.code desc nulls last, length(meanings.code) desc nulls last
    ) = 1
)

select
    mapped.patient_id,
    mapped.resource_type,
    mapped.resource_id,
    mapped.system,
    mapped.code,
    mapped.site,
    false as by_text,
    coalesce(mapped.role in ('event', 'severity', 'add_on'), false) as is_infection
from mapped
union all
select
    records.patient_id,
    records.resource_type,
    records.resource_id,
    cast(null as varchar) as system,
    cast(null as varchar) as code,
    cast(null as varchar) as site,
    true as by_text,
    bool_or(coalesce(labels.is_allowed, false)) as is_infection
from records
inner join cohort.texts as texts
    on
        records.resource_type = texts.resource_type
        and records.resource_id = texts.resource_id
        and texts.element in ('value', 'component_value')
left join cohort.text_labels as labels
    on
        texts.text = labels.text
        and labels.concept = 'infection_cause'
where
    not exists (
        select 1
        from causes
        where causes.resource_type = records.resource_type and causes.resource_id = records.resource_id
    )
group by records.patient_id, records.resource_type, records.resource_id
