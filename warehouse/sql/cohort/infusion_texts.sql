-- cohort.infusion_texts
-- Grain: one row per procedure or administration whose texts say that CAR-T cells were given.
-- Rule: the deny rules (consent, planning, collection, follow-up) come first and beat a product name; a known drug of
-- another class is that drug whatever its text says (docs/definitions.md#infusions). No times here.
with

spoken as (
    select
        texts.resource_type,
        texts.resource_id,
        labels.concept,
        labels.is_allowed,
        labels.label
    from cohort.texts as texts
    inner join cohort.text_labels as labels on texts.text = labels.text
    where
        labels.concept in ('cart_infusion', 'cart_product', 'cart_target')
        and (
            (texts.resource_type = 'Procedure' and texts.element = 'code')
            or (texts.resource_type = 'MedicationAdministration' and texts.element = 'medication')
        )
),

other_drugs as (
    select distinct resource_id
    from cohort.drug_codes
    where drug_class not in ('car_t', 'other_cell_or_gene')
)

select
    spoken.resource_type,
    spoken.resource_id,
    coalesce(
        min(spoken.label) filter (where spoken.concept = 'cart_product'),
        string_agg(distinct spoken.label, ', ' order by spoken.label) filter (where spoken.concept = 'cart_target')
    ) as product,
    coalesce(bool_or(spoken.is_allowed) filter (where spoken.concept in ('cart_infusion', 'cart_product')), false)
    and coalesce(bool_and(spoken.is_allowed) filter (where spoken.concept = 'cart_infusion'), true)
    and not coalesce(bool_or(other_drugs.resource_id is not null), false) as is_infusion
from spoken
left join other_drugs
    on
        spoken.resource_type = 'MedicationAdministration'
        and spoken.resource_id = other_drugs.resource_id
group by spoken.resource_type, spoken.resource_id
