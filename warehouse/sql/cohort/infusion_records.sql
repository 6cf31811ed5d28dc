-- cohort.infusion_records
-- Grain: one row per procedure or administration that records a CAR-T infusion.
-- Rule: an include code, or without a known code a text; a text where the code needs one; an exclude code is out
-- whatever the text says, a review code waits for a person (docs/definitions.md#infusions). Hospital-local dates.
with

coded as (
    select
        resource_type,
        resource_id,
        min(product) filter (where use = 'include') as product,
        bool_or(use = 'include' and not text_required) as is_included,
        bool_or(use = 'exclude') as is_excluded,
        bool_or(use = 'review') as is_review
    from cohort.infusion_codes
    group by resource_type, resource_id
),

judged as (
    select
        kept.resource_type,
        kept.resource_id,
        kept.patient_id,
        kept.action,
        coalesce(coded.product, texts.product) as product,
        not coalesce(coded.is_included, false) as by_text
    from cohort.kept_resources as kept
    left join coded
        on
            kept.resource_type = coded.resource_type
            and kept.resource_id = coded.resource_id
    left join cohort.infusion_texts as texts
        on
            kept.resource_type = texts.resource_type
            and kept.resource_id = texts.resource_id
    where
        kept.resource_type in ('Procedure', 'MedicationAdministration')
        and not coalesce(coded.is_excluded, false)
        and (
            coalesce(coded.is_included, false)
            or (coalesce(texts.is_infusion, false) and not coalesce(coded.is_review, false))
        )
),

times as (
    select
        'Procedure' as resource_type,
        procedure_id as resource_id,
        coalesce(performed_datetime, performed_start) as given_text
    from stage.procedure
    union all
    select
        'MedicationAdministration' as resource_type,
        medication_administration_id as resource_id,
        coalesce(effective_datetime, effective_start) as given_text
    from stage.medication_administration
)

select
    judged.patient_id,
    fhir_on(times.given_text, run.time_zone) as infused_on,
    fhir_at(times.given_text, run.time_zone) as infused_at,
    judged.product,
    case judged.resource_type when 'Procedure' then 'procedure' else 'medication' end as channel,
    judged.by_text,
    judged.action,
    judged.resource_type,
    judged.resource_id
from judged
inner join times
    on
        judged.resource_type = times.resource_type
        and judged.resource_id = times.resource_id
cross join ref.run as run
