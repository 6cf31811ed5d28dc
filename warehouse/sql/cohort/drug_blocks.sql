-- cohort.drug_blocks
-- Grain: one row per patient and block of antineoplastic drugs.
-- Rule: TKIs, intrathecal drugs, steroids and CAR-T products are taken out first; a block = days whose successive
-- differences are <= 2 (docs/definitions.md#drug-blocks, D38). Hospital-local dates.
with

antineoplastic as (
    select
        patient_id,
        drug_on,
        name,
        drug_class,
        lymphodepletion_drug
    from cohort.drug_days
    where
        drug_class in ('cytotoxic', 'antibody', 'targeted_other', 'immunomodulator')
        and not intrathecal
),

days as (
    select distinct
        patient_id,
        drug_on
    from antineoplastic
),

breaks as (
    select
        days.patient_id,
        days.drug_on,
        coalesce(days.drug_on - lag(days.drug_on) over patient_days > protocol.block_gap_days, true) as begins
    from days
    cross join ref.protocol as protocol
    window patient_days as (partition by days.patient_id order by days.drug_on asc)
),

numbered as (
    select
        patient_id,
        drug_on,
        cast(
            count(*) filter (where begins) over (
                partition by patient_id
                order by drug_on asc
            ) as integer
        ) as block_number
    from breaks
),

blocks as (
    select
        numbered.patient_id,
        numbered.block_number,
        min(numbered.drug_on) as start_on,
        max(numbered.drug_on) as end_on,
        list(distinct drugs.name order by drugs.name asc) as drugs,
        list(distinct drugs.name order by drugs.name asc) filter (
            where drugs.drug_class = 'cytotoxic'
        ) as cytotoxic_drugs,
        bool_or(drugs.lymphodepletion_drug) as has_lymphodepletion_drug
    from numbered
    inner join antineoplastic as drugs
        on
            numbered.patient_id = drugs.patient_id
            and numbered.drug_on = drugs.drug_on
    group by numbered.patient_id, numbered.block_number
)

select
    patient_id,
    block_number,
    start_on,
    end_on,
    drugs,
    cytotoxic_drugs is not null as has_cytotoxic,
    drugs = ['cyclophosphamide', 'fludarabine'] as is_fc,
    coalesce(cytotoxic_drugs = ['cyclophosphamide', 'fludarabine'], false) as cytotoxic_is_fc,
    has_lymphodepletion_drug
from blocks
