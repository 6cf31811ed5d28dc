"""Columns of the relations that tests give or leave empty, and the type that a column's name implies.

One line per relation: `schema.relation: column, column:TYPE, ...`. A name without a type follows `column_type`;
stage columns are VARCHAR whatever their name, because FHIR dates and decimals stay as written there.
"""

import re

STAGE = """
resources: resource_type, resource_id, version_id, last_updated:TIMESTAMPTZ, known_from:TIMESTAMPTZ,
    content_hash
patient: patient_id, gender, birth_date, deceased_boolean:BOOLEAN, deceased_datetime, active:BOOLEAN
patient_identifier: patient_id, system, value, use
patient_link: patient_id, other_id, link_type
condition: condition_id, patient_id, encounter_id, clinical_status, verification_status, code_text,
    onset_datetime, onset_start, onset_end, onset_string, onset_age_value, onset_age_unit,
    abatement_datetime, abatement_start, abatement_end, abatement_string, recorded_date
condition_coding: condition_id, system, code, display
procedure: procedure_id, patient_id, encounter_id, status, code_text, performed_datetime, performed_start,
    performed_end, performed_string
procedure_coding: procedure_id, system, code, display
observation: observation_id, patient_id, encounter_id, specimen_id, status, code_text, effective_datetime,
    effective_start, effective_end, effective_instant, issued, value_number, value_comparator, value_unit,
    value_unit_code, value_string, value_integer, value_boolean:BOOLEAN, value_datetime, value_text,
    absent_reason
observation_coding: observation_id, system, code, display
observation_value_coding: observation_id, system, code, display
observation_interpretation_coding: observation_id, system, code, display
observation_category_coding: observation_id, system, code, display
observation_component: observation_id, component_number:INTEGER, system, code, display, code_text,
    value_number, value_unit, value_unit_code, value_system, value_code, value_display, value_string
observation_member: observation_id, member_id
observation_derived_from: observation_id, source_id
medication_administration: medication_administration_id, patient_id, context_id, status, medication_text,
    medication_id, effective_datetime, effective_start, effective_end, route_text, dosage_text, dose_value,
    dose_unit
medication_administration_coding: medication_administration_id, system, code, display
medication_administration_route_coding: medication_administration_id, system, code, display
medication_request: medication_request_id, patient_id, encounter_id, status, intent, do_not_perform:BOOLEAN,
    medication_text, medication_id, authored_on, dosage_start, dosage_end, route_text, dosage_text
medication_request_coding: medication_request_id, system, code, display
medication_request_route_coding: medication_request_id, system, code, display
medication: medication_id, status, code_text
medication_coding: medication_id, system, code, display
medication_ingredient_coding: medication_id, system, code, display
encounter: encounter_id, patient_id, status, class_system, class_code, period_start, period_end,
    discharge_text
encounter_discharge_coding: encounter_id, system, code, display
encounter_location: encounter_id, location_id, location_display, period_start, period_end
specimen: specimen_id, patient_id, status, type_text, collected_datetime, collected_start, collected_end,
    received_time, parent_id
specimen_type_coding: specimen_id, system, code, display
diagnostic_report: diagnostic_report_id, patient_id, encounter_id, status, code_text, effective_datetime,
    effective_start, effective_end, issued, conclusion
diagnostic_report_coding: diagnostic_report_id, system, code, display
diagnostic_report_conclusion_coding: diagnostic_report_id, system, code, display
diagnostic_report_result: diagnostic_report_id, observation_id
diagnostic_report_specimen: diagnostic_report_id, specimen_id
"""

COHORT = """
codings: resource_type, resource_id, element, component_number, system, code, display
texts: resource_type, resource_id, element, text
resource_patients: resource_type, resource_id, patient_id
infusions: patient_id, infused_on, infused_at, product, channel, by_text, resource_type, resource_id, records
record_days: patient_id, first_record_on, last_contact_on
stays: patient_id, encounter_id, status, start_on, end_on, started_at, inpatient, emergency
deaths: patient_id, died_on, is_dead
drug_source: patient_id, drug_source, is_complete
drug_days: patient_id, drug_on, system, code, name, drug_class, intrathecal, lymphodepletion_drug,
    conditioning_drug, next_therapy, atc_group, anti_infective, intent, target, parenteral, drug_source,
    resource_type, resource_id
treatments: patient_id, name, target, atc_group, intent, parenteral, start_on, last_on, days,
    running_before, resource_type, resource_id
drug_blocks: patient_id, block_number, start_on, end_on, drugs:VARCHAR[], has_cytotoxic, is_fc,
    cytotoxic_is_fc, has_lymphodepletion_drug
lymphodepletions: patient_id, course_number, infused_on, block_number, start_on, end_on, type
toxicity_grades: patient_id, concept, graded_on, grade, scale, source, resource_type, resource_id
organ_support: patient_id, support_on, concept, resource_type, resource_id
laboratory: patient_id, analyte, observed_on, observed_at, value:DECIMAL(18,6), unit, comparator, proxy,
    resource_id
courses: patient_id, course_number, in_cohort, exclusion_reason, day0_on, last_infusion_on, products,
    follow_up_end_on, follow_up_end_reason, infusions:INTEGER
person_time: patient_id, course_number, window_name, start_on, end_on, days, end_reason
strata: patient_id, course_number, stratum_set, stratum
covariates: patient_id, course_number, name, value, value_number:DECIMAL(18,6), unit, known_on, source, status
patients: patient_id, local_identifier, birth_date_earliest:DATE, sex, died_on, death_cause
micro_results: result_key, patient_id, resource_type, resource_id, specimen_key, specimen_id, collected_at,
    collected_on, date_source, known_on, status, preliminary, kind, test_use, specimen_class, site, sterile,
    specimen_role, is_lavage, is_unsatisfactory, is_contaminant, outcome, organism_code, organism_name,
    genus, species, rank, match_level, infection_class, recurrence_group, target, quantity:DECIMAL(18,3),
    unit_kind, by_text, reason
coded_evidence: resource_id, patient_id, encounter_id, system, code, infection_type, site, second_site,
    fits_any_airway:BOOLEAN, recorded_on, role, attaches, stands_alone, condition_needed, needed_met,
    organism_code, organism_name, genus, species, rank, match_level, infection_class, recurrence_group,
    from_on, to_on, onset_from_recorded,
    undatable, abatement_on, review, by_text, reason
result_qualification: result_key, reason, supporting_condition_id
organism_matches: organism_a, organism_b
episodes: episode_id, patient_id, course_number, onset_on, onset_day, window_name,
    infection_class:VARCHAR[], headline_label, site:VARCHAR[], documentation, organisms:VARCHAR[], first_sign_on,
    before_infusion, organism_from_code, severity_grade:INTEGER, counted, not_counted_reason,
    active_in_look_back, progressed, progression_criterion, progression_on, progressed_broad,
    progression_broad_criterion, progression_broad_on, rule
evidence: episode_id, evidence_hash, patient_id, resource_type, resource_id, version_id, role, reason
progression: patient_id, course_number, progressed, progression_criterion, progression_on, progressed_broad,
    progression_broad_criterion, progression_broad_on, progressed_90, progression_90_on
death_causes: patient_id, death_cause, by_text
open_cases: kind, episode_id, patient_id, course_number, case_on, case_day, reason
"""

COUNTS = """
proportions: measure, stratum, window_name, infection_class, numerator:BIGINT, denominator:BIGINT,
    left_out:BIGINT, provisional
infections: stratum, window_name, infection_class, patients:BIGINT, events:BIGINT, person_days:BIGINT,
    at_risk:BIGINT, infection_deaths:BIGINT, severe_events:BIGINT
person_first_infection: person_key, stratum, infection_class, last_day, cause:INTEGER
two_by_two: measure, exposure, outcome, exposed_events:BIGINT, exposed_without:BIGINT,
    unexposed_events:BIGINT, unexposed_without:BIGINT, unknown_events:BIGINT, unknown_without:BIGINT
funnel_patients: step_number, step, reason, patients:BIGINT
funnel_episodes: step_number, reason, rows_count:BIGINT
person_outcomes: person_key, stratum, infected_early, infected_late:BOOLEAN, progressed, progressed_broad,
    bridging_other_than_fc, bridging_non_tki, crs_grade_3_exposure, crs_grade_3_exposure_broad:BOOLEAN,
    complete_day_30, complete_progression:BOOLEAN, complete_progression_broad:BOOLEAN, complete_day_90:BOOLEAN,
    is_day_30_over, is_day_90_over, last_day, died_day, death_cause, is_death_undated
"""

REST = """
ops.incomplete_units: patient_id, resource_type, reason
ops.verdicts: evidence_hash, episode_id, verdict, reclassified_to, decided_by, decided_at, note
ref.run: as_of:TIMESTAMPTZ, data_date:DATE, time_zone, protocol
ref.windows: window_name, first_day:INTEGER, last_day:INTEGER
ref.protocol_cohort: age_low:INTEGER, age_high:INTEGER, disease
"""

_BOOLEAN = frozenset(
    "by_text inpatient emergency intrathecal lymphodepletion_drug conditioning_drug next_therapy anti_infective "
    "parenteral running_before has_cytotoxic is_fc cytotoxic_is_fc has_lymphodepletion_drug proxy in_cohort "
    "preliminary sterile attaches stands_alone needed_met onset_from_recorded undatable review before_infusion "
    "organism_from_code counted active_in_look_back progressed progressed_broad progressed_90 provisional "
    "infected_early bridging_other_than_fc bridging_non_tki crs_grade_3_exposure complete_day_30".split()
)
_INTEGER = frozenset("days grade records person_key".split())


def column_type(name: str) -> str:
    """The type that a column name implies outside stage: `_on` DATE, `_at` TIMESTAMPTZ, `_day` INTEGER, ..."""
    if name in _BOOLEAN or re.match(r"(is|has)_", name):
        return "BOOLEAN"
    if name in _INTEGER or re.search(r"_(day|days|number|count|minutes)$", name):
        return "INTEGER"
    if name.endswith("_on"):
        return "DATE"
    return "TIMESTAMPTZ" if name.endswith("_at") else "VARCHAR"


def parse_columns(text: str, *, schema: str) -> dict[str, str]:
    """Column name -> type of a comma-separated (or `|`-separated) list of `name` or `name:TYPE`."""
    columns: dict[str, str] = {}
    for part in re.split(r"[|,](?![^(]*\))", text):
        name, _, declared = part.strip().partition(":")
        columns[name] = declared or ("VARCHAR" if schema == "stage" else column_type(name))
    return columns


def _registry() -> dict[str, dict[str, str]]:
    registry: dict[str, dict[str, str]] = {}
    for schema, text in (("stage", STAGE), ("cohort", COHORT), ("counts", COUNTS), ("", REST)):
        for line in re.sub(r"\n +", " ", text).strip().splitlines():
            name, _, columns = line.partition(": ")
            relation = f"{schema}.{name}" if schema else name
            registry[relation] = parse_columns(columns, schema=schema)
    return registry


REGISTRY: dict[str, dict[str, str]] = _registry()
