-- cohort.procedure_events
-- Grain: one row per dated procedure and concept of the procedure list or text rule.
-- Rule: collection, transplant and radiotherapy by code; collection and total body irradiation also by text where
-- no code of the procedure is known (docs/definitions.md#next-therapy). Hospital-local dates, first day of a period.
with

coded as (
    select
        codings.resource_id,
        procedures.concept,
        procedures.use
    from cohort.codings as codings
    inner join ref.other_procedures as procedures
        on
            codings.system = procedures.system
            and (
                codings.code = procedures.code
                or (procedures.match = 'prefix' and starts_with(codings.code, procedures.code))
            )
    where
        codings.resource_type = 'Procedure'
        and codings.element = 'code'
    qualify
        row_number() over (
            partition by codings.resource_id, codings.system, codings.code, procedures.concept
            order by codings.code = procedures.code desc, length(procedures.code) desc
        ) = 1
),

spoken as (
    select
        texts.resource_id,
        labels.concept
    from cohort.texts as texts
    inner join cohort.text_labels as labels on texts.text = labels.text
    where
        texts.resource_type = 'Procedure'
        and texts.element = 'code'
        and labels.is_allowed
        and (
            labels.concept = 'total_body_irradiation'
            or (
                labels.concept = 'collection'
                and texts.resource_id not in (select coded.resource_id from coded)
            )
        )
),

events as (
    select
        resource_id,
        concept,
        false as by_text
    from coded
    where use = 'include'
    union all
    select
        resource_id,
        concept,
        true as by_text
    from spoken
)

select
    kept.patient_id,
    events.concept,
    fhir_on(coalesce(procedure.performed_datetime, procedure.performed_start), run.time_zone) as performed_on,
    bool_and(events.by_text) as by_text,
    events.resource_id
from events
inner join stage.procedure as procedure on events.resource_id = procedure.procedure_id
inner join cohort.kept_resources as kept
    on
        kept.resource_type = 'Procedure'
        and events.resource_id = kept.resource_id
cross join ref.run as run
where fhir_on(coalesce(procedure.performed_datetime, procedure.performed_start), run.time_zone) is not null
group by kept.patient_id, events.concept, performed_on, events.resource_id
