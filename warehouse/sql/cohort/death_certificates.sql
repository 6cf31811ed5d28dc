-- cohort.death_certificates
-- Grain: one record of a cause of death and coding of a known system in it; one row without code where it has none.
-- Rule: Observations and Conditions by the list of death codes, dropped statuses left out
-- (docs/definitions.md#death). `names_cause` = the code is more than "dead" or "cause unknown". No dates.
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

coded as (
    select distinct
        records.resource_type,
        records.resource_id,
        codings.system,
        codings.code,
        listed.code is null as names_cause
    from records
    inner join cohort.codings as codings
        on
            records.resource_type = codings.resource_type
            and records.resource_id = codings.resource_id
    inner join ref.code_systems as known
        on codings.system = known.system
    left join ref.death_codes as listed
        on
            codings.system = listed.system
            and codings.code = listed.code
    where
        codings.element in ('value', 'component_value')
        or (records.resource_type = 'Condition' and codings.element = 'code')
)

select
    records.patient_id,
    records.resource_type,
    records.resource_id,
    coded.system,
    coded.code,
    coded.names_cause
from records
left join coded
    on
        records.resource_type = coded.resource_type
        and records.resource_id = coded.resource_id
