-- cohort.diseases
-- Grain: one row per patient with a diagnosis of the underlying disease list or with T lineage recorded.
-- Rule: ICD C91.0 names no lineage: the patient is B-ALL unless T lineage stands in a code, a text or a result
-- (docs/definitions.md#infusions, D42). No times here: a diagnosis of any day counts.
with

coded as (
    select
        kept.patient_id,
        diseases.disease,
        diseases.lineage
    from cohort.codings as codings
    inner join ref.underlying_disease as diseases
        on
            codings.system = diseases.system
            and (
                codings.code = diseases.code
                or (diseases.match = 'prefix' and starts_with(codings.code, diseases.code))
            )
    inner join cohort.kept_resources as kept
        on
            codings.resource_type = kept.resource_type
            and codings.resource_id = kept.resource_id
    where
        codings.resource_type = 'Condition'
        and codings.element = 'code'
    qualify
        row_number() over (
            partition by codings.resource_id, codings.system, codings.code
            order by codings.code = diseases.code desc, length(diseases.code) desc
        ) = 1
),

spoken as (
    select
        kept.patient_id,
        'unknown' as disease,
        't' as lineage
    from cohort.texts as texts
    inner join cohort.text_labels as labels on texts.text = labels.text
    inner join cohort.kept_resources as kept
        on
            texts.resource_type = kept.resource_type
            and texts.resource_id = kept.resource_id
    where
        labels.concept = 't_lineage'
        and labels.is_allowed
        and (
            (texts.resource_type = 'Condition' and texts.element = 'code')
            or (texts.resource_type = 'Observation' and texts.element = 'value')
        )
),

named as (
    select
        patient_id,
        disease,
        lineage
    from coded
    union all
    select
        patient_id,
        disease,
        lineage
    from spoken
)

select
    patient_id,
    bool_or(disease in ('all', 'b_all')) as has_all,
    bool_or(lineage = 'b' and disease = 'b_all') as has_b_lineage,
    bool_or(lineage = 't') as has_t_lineage,
    list(distinct disease order by disease asc) as diseases
from named
group by patient_id
