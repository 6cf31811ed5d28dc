-- cohort.organ_support
-- Grain: one row per patient, day, concept (vasopressor, ventilation, icu) and resource.
-- Rule: vasopressors by drug class (vasopressin and inotropes are none), ventilation with ECMO by code or text of a
-- procedure, intensive care by the location of a stay (docs/definitions.md#progression). Hospital-local dates.
with

ventilated as (
    select codings.resource_id
    from cohort.codings as codings
    inner join ref.support_codes as codes
        on
            codings.system = codes.system
            and codings.code = codes.code
    where
        codings.resource_type = 'Procedure'
        and codings.element = 'code'
        and codes.concept in ('invasive_ventilation', 'non_invasive_ventilation', 'ecmo')
    union
    select texts.resource_id
    from cohort.texts as texts
    inner join cohort.text_labels as labels on texts.text = labels.text
    where
        texts.resource_type = 'Procedure'
        and texts.element = 'code'
        and labels.concept in ('invasive_ventilation', 'non_invasive_ventilation')
        and labels.is_allowed
),

spans as (
    select
        'Procedure' as resource_type,
        ventilated.resource_id,
        'ventilation' as concept,
        coalesce(procedure.performed_datetime, procedure.performed_start) as first_text,
        procedure.performed_end as last_text
    from ventilated
    inner join stage.procedure as procedure on ventilated.resource_id = procedure.procedure_id
    union all
    select
        'Encounter' as resource_type,
        location.encounter_id as resource_id,
        'icu' as concept,
        coalesce(location.period_start, encounter.period_start) as first_text,
        coalesce(location.period_end, encounter.period_end) as last_text
    from stage.encounter_location as location
    inner join stage.encounter as encounter on location.encounter_id = encounter.encounter_id
    inner join cohort.text_labels as labels on trim(location.location_display) = labels.text
    where
        labels.concept = 'icu'
        and labels.is_allowed
),

days as (
    select
        kept.patient_id,
        unnest(
            generate_series(
                fhir_on(spans.first_text, run.time_zone),
                coalesce(fhir_on(spans.last_text, run.time_zone), fhir_on(spans.first_text, run.time_zone)),
                interval 1 day
            )
        ) as supported_at,
        spans.concept,
        spans.resource_type,
        spans.resource_id
    from spans
    inner join cohort.kept_resources as kept
        on
            spans.resource_type = kept.resource_type
            and spans.resource_id = kept.resource_id
    cross join ref.run as run
)

select distinct
    patient_id,
    cast(supported_at as date) as support_on,
    concept,
    resource_type,
    resource_id
from days
union
select
    patient_id,
    drug_on as support_on,
    'vasopressor' as concept,
    resource_type,
    resource_id
from cohort.drug_days
where drug_class = 'vasopressor'
