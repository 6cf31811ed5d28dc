-- cohort.positive_results
-- Grain: one row per positive result that no reason of group 1 keeps out.
-- Rule: what qualification asks of a result: its class, the kind of place and the kind of test
-- (docs/definitions.md#non-sterile-sites, #contaminants). Hospital-local dates.
select
    result_key,
    patient_id,
    specimen_key,
    collected_on,
    kind,
    test_use,
    specimen_class,
    site,
    organism_code,
    infection_class,
    target,
    is_lavage,
    coalesce(sterile, false) as is_sterile,
    coalesce(is_contaminant, false) as is_contaminant,
    coalesce(recurrence_group = 'c_difficile', false) as is_c_difficile,
    coalesce(starts_with(infection_class, 'viral'), false) as is_viral,
    coalesce(infection_class = 'fungal_yeast', false) as is_yeast,
    coalesce(infection_class in ('fungal_mould', 'fungal_other', 'pjp'), false) as is_other_fungus,
    kind in ('culture', 'stain', 'preliminary', 'unmapped') as is_culture
from cohort.micro_results
where outcome = 'positive' and reason is null and collected_on is not null
