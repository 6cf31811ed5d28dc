-- cohort.not_counted_reasons
-- Grain: one fixed key that a row of episodes or evidence can carry.
-- Rule: the first that applies, in this order; keys are data and never reworded
-- (docs/definitions.md#counted-and-listed).
-- A key of infection_codes that is not listed here belongs to group 1, not evidence. `needs_verdict` = listed so that a
-- person decides (docs/definitions.md#verdicts). No dates.
select
    keys.reason,
    keys.reason_group,
    keys.reason_order,
    keys.reason in ('possible_contaminant_treated', 'fungal_candidate') as needs_verdict
from (
    values
    ('status_dropped', 1, 1), ('refuted', 1, 2), ('superseded', 1, 3), ('pending', 1, 4),
    ('negative', 1, 5), ('not_performed', 1, 6), ('below_quantification', 1, 7), ('qualitative_only', 1, 8),
    ('antibody_only', 1, 9), ('unresolved_organism', 1, 10), ('mixed_flora', 1, 11),
    ('specimen_unsatisfactory', 1, 12), ('screening', 1, 13), ('catheter_tip_alone', 1, 14),
    ('environment', 1, 15), ('text_only_report', 1, 16), ('after_death', 1, 17), ('no_date', 1, 18),
    ('contaminant', 2, 101), ('possible_contaminant_treated', 2, 102), ('colonisation_or_unknown', 2, 103),
    ('oral_candida', 2, 104), ('stool_candida', 2, 105), ('nail_or_skin_fungus', 2, 106),
    ('genital_or_skinfold_yeast', 2, 107), ('presumed_viral_urti', 2, 108), ('dnaemia_not_treated', 2, 109),
    ('hbv_reactivation', 2, 110), ('fungal_candidate', 2, 111), ('c_difficile_toxin_negative', 2, 112),
    ('severity_code_alone', 2, 113), ('add_on_code_alone', 2, 114), ('fever_without_neutropenia', 2, 115),
    ('fever_of_unknown_origin', 2, 116), ('rejected_by_verdict', 2, 117),
    ('undatable', 3, 201), ('before_look_back', 3, 202), ('before_first_record', 3, 203),
    ('after_windows', 3, 204), ('after_censoring', 3, 205)
) as keys (reason, reason_group, reason_order)
