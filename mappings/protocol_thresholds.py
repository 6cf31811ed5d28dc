"""The thresholds that the SQL above `stage` reads from `ref.protocol`, by name. One missing is an error of the file."""

from mappings.protocol_model import Number, ProtocolPart, Switch, WholeNumber


class Thresholds(ProtocolPart):
    """Every threshold of a protocol except the days of its windows; meaning and unit stand in the protocol file."""

    course_gap_days: WholeNumber
    cross_channel_days: WholeNumber
    look_back_observed_days: WholeNumber
    look_back_days: WholeNumber
    contaminant_specimens: WholeNumber
    contaminant_consecutive_days: WholeNumber
    contaminant_needs_symptom: Switch
    matching_condition_days: WholeNumber
    treatment_first_day: WholeNumber
    treatment_last_day: WholeNumber
    treatment_gap_days: WholeNumber
    treated_contaminant_days: WholeNumber
    join_before_days: WholeNumber
    join_after_days: WholeNumber
    polymicrobial_days: WholeNumber
    no_organism_gap_days: WholeNumber
    dnaemia_treatment_first_day: WholeNumber
    dnaemia_treatment_last_day: WholeNumber
    cmv_significant_iu_per_ml: WholeNumber
    adv_significant_copies_per_ml: WholeNumber
    recorded_onset_encounter_days: WholeNumber
    death_active_days: WholeNumber
    progression_last_day: WholeNumber
    progression_sensitivity_last_day: WholeNumber
    organ_support_days: WholeNumber
    crs_severe_grade: WholeNumber
    crs_exclusion_days: WholeNumber
    crs_last_day: WholeNumber
    escalation_days: WholeNumber
    escalation_last_positive_days: WholeNumber
    imaging_days: WholeNumber
    drug_first_day: WholeNumber
    drug_last_day: WholeNumber
    block_gap_days: WholeNumber
    lymphodepletion_first_day: WholeNumber
    lymphodepletion_last_day: WholeNumber
    bridging_first_day_without_collection: WholeNumber
    conditioning_before_days: WholeNumber
    conditioning_inferred_days: WholeNumber
    neutropenia_window_days: WholeNumber
    neutropenia_anc_per_ul: WholeNumber
    first_sign_days: WholeNumber
    fuo_gap_days: WholeNumber
    fever_celsius: Number
    fever_sustained_celsius: Number
    fever_sustained_minutes: WholeNumber
    baseline_first_day: WholeNumber
    igg_low_g_per_l: Number
    severe_grade: WholeNumber
    late_contact_day: WholeNumber
    complete_day: WholeNumber
