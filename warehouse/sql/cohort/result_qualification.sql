-- cohort.result_qualification
-- Grain: one row per positive result without a reason of group 1.
-- Rule: contaminants need two specimens; sterile sites count alone; cultures and viruses of other sites need a matching
-- Condition or a targeted treatment; moulds, Pneumocystis, lavage fungi and biomarkers a Condition; C. difficile its
-- toxin (docs/definitions.md#contaminants, #non-sterile-sites,
-- #c-difficile-dnaemia-fungal-candidates, rules D16, D17, D26, D27, D43, D44).
-- reason NULL = qualifies. Whether DNAemia and HBV are significant is asked later. Hospital-local dates.
with

facts as (
    select
        result.result_key,
        result.kind,
        result.test_use,
        result.specimen_class,
        result.organism_code,
        result.target,
        result.is_lavage,
        result.is_sterile,
        result.is_contaminant,
        result.is_c_difficile,
        result.is_viral,
        result.is_yeast,
        result.is_other_fungus,
        result.is_culture,
        pairs.result_key is not null as is_paired,
        condition.resource_id as condition_id,
        treatment.result_key is not null as is_treated,
        coalesce(treatment.longest_days >= protocol.treated_contaminant_days, false) as is_treated_long,
        coalesce(not toxin.is_positive, false) as is_toxin_negative
    from cohort.positive_results as result
    cross join ref.protocol as protocol
    left join cohort.contaminant_pairs as pairs
        on result.result_key = pairs.result_key
    left join cohort.matching_conditions as condition
        on result.result_key = condition.result_key
    left join cohort.matching_treatments as treatment
        on result.result_key = treatment.result_key
    left join cohort.c_difficile_toxins as toxin
        on result.patient_id = toxin.patient_id and result.specimen_key = toxin.specimen_key
),

judged as (
    select
        result_key,
        condition_id,
        (not is_sterile or kind = 'biomarker' or test_use = 'candidate') and not is_c_difficile as needs_support,
        case
            when is_contaminant and not is_paired
                then if(is_treated_long, 'possible_contaminant_treated', 'contaminant')
            when target = 'hbv' then null
            when is_c_difficile and not is_sterile and kind = 'toxin' then null
            when is_c_difficile and not is_sterile and kind = 'nucleic_acid'
                then if(is_toxin_negative, 'c_difficile_toxin_negative', null)
            when is_c_difficile and not is_sterile then 'colonisation_or_unknown'
            when kind = 'biomarker' and organism_code is null then 'fungal_candidate'
            when
                kind = 'biomarker'
                or ((is_yeast or is_other_fungus) and test_use = 'candidate')
                or (is_other_fungus and not is_sterile)
                or (is_yeast and is_lavage)
                then if(condition_id is null, 'fungal_candidate', null)
            when is_sterile then null
            when is_viral and target = 'sars_cov_2' then null
            when (is_viral or is_culture) and condition_id is null and not is_treated then 'colonisation_or_unknown'
            when is_yeast and specimen_class = 'oral' then 'oral_candida'
            when is_yeast and specimen_class = 'stool' then 'stool_candida'
            when is_yeast and specimen_class = 'skin' then 'nail_or_skin_fungus'
            when is_yeast and specimen_class = 'genital' then 'genital_or_skinfold_yeast'
        end as reason
    from facts
)

select
    result_key,
    reason,
    if(reason is null and needs_support, condition_id, null) as supporting_condition_id
from judged
