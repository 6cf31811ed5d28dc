-- cohort.death_cause_items
-- Grain: one recorded cause of death: a coding, or the words of a record without any coding of a known system.
-- Rule: a cause is an infection if its longest code prefix has the role event, severity or add-on, or if its text hits
-- the list of infection causes (docs/definitions.md#death). Underlying and contributing weigh the same.
-- No dates.
with

mapped as (
    select
        certificates.patient_id,
        certificates.resource_type,
        certificates.resource_id,
        certificates.system,
        certificates.code,
        meanings.role,
        crosswalk.site
    from cohort.death_certificates as certificates
    left join ref.infection_codes as meanings
        on
            certificates.system = meanings.system
            and (
                certificates.code = meanings.code
                or (meanings.match = 'prefix' and starts_with(certificates.code, meanings.code))
            )
    left join ref.site_crosswalk as crosswalk
        on meanings.site = crosswalk.code_site
    where certificates.names_cause
    qualify
        row_number() over (
            partition by
                certificates.resource_type, certificates.resource_id, certificates.system, certificates.code
            order by meanings.match = 'exact' desc nulls last, length(meanings.code) desc nulls last
        ) = 1
)

select
    patient_id,
    resource_type,
    resource_id,
    system,
    code,
    site,
    false as by_text,
    coalesce(role in ('event', 'severity', 'add_on'), false) as is_infection
from mapped
union all
select
    certificates.patient_id,
    certificates.resource_type,
    certificates.resource_id,
    cast(null as varchar) as system,
    cast(null as varchar) as code,
    cast(null as varchar) as site,
    true as by_text,
    bool_or(coalesce(labels.is_allowed, false)) as is_infection
from cohort.death_certificates as certificates
inner join cohort.texts as texts
    on
        certificates.resource_type = texts.resource_type
        and certificates.resource_id = texts.resource_id
        and texts.element in ('value', 'component_value')
left join cohort.text_labels as labels
    on
        texts.text = labels.text
        and labels.concept = 'infection_cause'
where certificates.code is null
group by certificates.patient_id, certificates.resource_type, certificates.resource_id
