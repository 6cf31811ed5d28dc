# ruff: noqa: E501 - a row of the table and its fault read best on one line
"""Each check sees the fault it is there for. One row: what is broken, and who must notice."""

import pytest

from checks import run_gate
from checks.gate import STATIONS
from warehouse.relations import has_sql

FAULTS = [
    # relation, fault, check, severity
    ("raw.resource_versions", "update raw.resource_versions set resource_id = null", "resource_id_filled", "stop"),
    ("raw.resource_versions", "insert into raw.resource_versions from raw.resource_versions limit 1",
     "one_row_per_grain", "stop"),
    ("raw.resource_versions", "update raw.resource_versions set known_from = null", "known_from_filled", "stop"),
    ("raw.resource_versions", "update raw.resource_versions set version_id = null where line = 1", "version_id_given",
     "warn"),
    ("raw.resource_versions", "update raw.resource_versions set resource_id = 'p2' where line = 1",
     "content_of_the_version", "warn"),
    ("raw.deletions", "update raw.deletions set known_from = null", "known_from_filled", "stop"),
    ("raw.rejects", "insert into raw.rejects values ('f', 3, null, null, 'no JSON', '2020-02-01 00:00Z', null)", "no_rejects",
     "warn"),
    ("ops.regressed_versions", "insert into ops.regressed_versions values ('Patient', 'p1', '1', null, null)",
     "regressed_version", "warn"),
    ("ops.untold_deletions", "insert into ops.untold_deletions values ('Observation', 'deletions cannot be learned')",
     "deletions_are_learned", "warn"),
    ("stage.resources", "insert into stage.resources from stage.resources limit 1", "one_row_per_grain", "stop"),
    ("stage.resources", "update stage.resources set known_from = '2020-03-02 00:00Z'", "known_by_as_of", "stop"),
    ("stage.shape_audit", "insert into stage.shape_audit values ('patient', 'Patient', 'name', 'array', 'object', true, 2, 10)",
     "types_as_expected", "warn"),
    ("stage.shape_audit", "insert into stage.shape_audit values ('patient', 'Patient', 'name', 'array', 'object', true, 3, 10)",
     "types_mostly_readable", "stop"),
    ("stage.patient", "insert into stage.patient from stage.patient limit 1", "one_row_per_grain", "stop"),
    ("stage.patient", "update stage.patient set gender = 'm'", "gender_in_value_set", "warn"),
    ("stage.patient", "update stage.patient set birth_date = null", "birth_date_given", "warn"),
    ("stage.patient", "update stage.patient set birth_date = '01/02/1980'", "birth_date_readable", "warn"),
    ("stage.condition", "update stage.condition set patient_id = 'p9' where condition_id = 'c1'", "patient_known", "warn"),
    ("stage.condition", "update stage.condition set patient_id = 'p9'", "patient_mostly_known", "stop"),
    ("stage.condition", "update stage.condition set onset_datetime = 'last spring'", "onset_datetime_readable", "warn"),
    ("stage.procedure", "insert into stage.procedure from stage.procedure limit 1", "one_row_per_grain", "stop"),
    ("stage.procedure", "update stage.procedure set performed_datetime = 'soon'", "performed_datetime_readable", "warn"),
    ("stage.observation", "update stage.observation set value_unit = 'x', value_unit_code = 'x' where observation_id = 'o1'",
     "unit_known", "warn"),
    ("stage.observation", "update stage.observation set value_unit = null, value_unit_code = null", "unit_mostly_known",
     "stop"),
    ("stage.medication_administration", "update stage.medication_administration set patient_id = null",
     "patient_mostly_known", "stop"),
    ("stage.medication_request", "update stage.medication_request set authored_on = 'x'", "authored_on_readable", "warn"),
    ("stage.encounter", "update stage.encounter set encounter_id = null", "encounter_id_filled", "stop"),
    ("stage.specimen", "insert into stage.specimen from stage.specimen", "one_row_per_grain", "stop"),
    ("stage.diagnostic_report", "update stage.diagnostic_report set issued = 'x'", "issued_readable", "warn"),
    ("cohort.codings", "update cohort.codings set element = null", "element_filled", "stop"),
    ("cohort.patients", "update cohort.patients set death_cause = null", "death_has_a_cause", "stop"),
    ("cohort.patients", "update cohort.patients set death_cause = 'sepsis' where patient_id = 'p2'",
     "death_cause_in_value_set", "stop"),
    ("cohort.patients", "update cohort.patients set died_on = '2020-03-01' where patient_id = 'p2'",
     "death_not_after_the_data_date", "warn"),
    ("cohort.infusions", "insert into cohort.infusions from cohort.infusions limit 1", "one_row_per_grain", "stop"),
    ("cohort.infusions", "update cohort.infusions set by_text = true where patient_id = 'p1'", "infusion_by_code", "warn"),
    ("cohort.courses", "update cohort.courses set in_cohort = true, exclusion_reason = null", "one_course_in_the_cohort",
     "stop"),
    ("cohort.courses", "update cohort.courses set exclusion_reason = null", "in_or_out_with_a_reason", "stop"),
    ("cohort.courses", "update cohort.courses set exclusion_reason = 'odd' where course_number = 2",
     "exclusion_reason_in_value_set", "stop"),
    ("cohort.courses", "update cohort.courses set follow_up_end_on = null where patient_id = 'p2'",
     "cohort_course_has_a_day_0", "stop"),
    ("cohort.courses", "update cohort.courses set follow_up_end_on = '2020-01-04' where patient_id = 'p2'",
     "day_0_not_after_the_follow_up", "stop"),
    ("cohort.courses", "update cohort.courses set last_infusion_on = '2019-12-31' where patient_id = 'p2'",
     "last_infusion_not_before_day_0", "stop"),
    ("cohort.courses", "update cohort.courses set follow_up_end_on = '2020-02-29' where patient_id = 'p1'",
     "follow_up_not_after_the_data_date", "stop"),
    ("cohort.person_time", "update cohort.person_time set days = -1 where window_name = 'late'", "days_not_negative",
     "stop"),
    ("cohort.person_time", "update cohort.person_time set days = 32 where window_name = 'early'",
     "days_fit_in_the_window", "stop"),
    ("cohort.person_time", "update cohort.person_time set window_name = 'later' where window_name = 'late'",
     "days_fit_in_the_window", "stop"),
    ("cohort.person_time", "update cohort.person_time set days = 30 where window_name = 'early'",
     "days_are_those_between_both_ends", "stop"),
    ("cohort.person_time", "update cohort.person_time set end_on = end_on + 1, days = 8 where window_name = 'late'",
     "inside_window_and_follow_up", "stop"),
    ("cohort.strata", "delete from cohort.strata where patient_id = 'p2'", "every_cohort_course_has_a_stratum", "stop"),
    ("cohort.strata", "update cohort.strata set stratum = 'maybe'", "stratum_in_value_set", "stop"),
    ("cohort.strata", "update cohort.strata set stratum = 'no'", "yes_means_an_active_episode", "stop"),
    ("cohort.strata", "update cohort.strata set stratum_set = 'own' where patient_id = 'p2'", "stratum_set_in_value_set",
     "warn"),
    ("cohort.covariates", "delete from cohort.covariates where patient_id = 'p2' and name = 'complete_day_30'",
     "needed_covariates_present", "stop"),
    ("cohort.covariates", "update cohort.covariates set status = 'unknown'", "unknown_has_no_value", "stop"),
    ("cohort.episodes", "update cohort.episodes set not_counted_reason = null", "counted_or_listed_with_a_reason", "stop"),
    ("cohort.episodes", "update cohort.episodes set not_counted_reason = 'dirty' where not counted",
     "reason_is_a_fixed_key", "stop"),
    ("cohort.episodes", "update cohort.episodes set onset_on = '2020-02-12', onset_day = 38, window_name = 'late' "
     "where episode_id = 'ep2'", "counted_inside_person_time", "stop"),
    ("cohort.episodes", "update cohort.episodes set window_name = 'look_back' where episode_id = 'ep2'",
     "counted_inside_person_time", "stop"),
    ("cohort.episodes", "update cohort.episodes set onset_day = 11 where episode_id = 'ep2'",
     "onset_day_counts_from_day_0", "stop"),
    ("cohort.episodes", "update cohort.episodes set infection_class = ['bacterial_gp', 'martian']", "class_known", "stop"),
    ("cohort.episodes", "update cohort.episodes set infection_class = []", "counted_has_a_class", "stop"),
    ("cohort.episodes", "update cohort.episodes set site = ['elbow']", "site_known", "warn"),
    ("cohort.episodes", "delete from cohort.evidence where episode_id = 'ep2'", "every_episode_has_evidence", "stop"),
    ("cohort.episodes", "update cohort.episodes set progressed_broad = false where progressed", "broad_includes_primary",
     "stop"),
    ("cohort.episodes", "update cohort.episodes set progression_on = null", "progression_has_criterion_and_day", "stop"),
    ("cohort.evidence", "update cohort.evidence set role = 'perhaps'", "role_in_value_set", "stop"),
    ("cohort.evidence", "update cohort.evidence set reason = null", "excluded_with_a_reason", "stop"),
    ("cohort.evidence", "update cohort.evidence set episode_id = 'ep9'", "supported_episode_exists", "stop"),
    ("cohort.evidence", "update cohort.evidence set resource_id = 'o7'", "resource_is_current", "warn"),
    ("counts.proportions", "update counts.proportions set numerator = 3 where stratum = 'yes'",
     "numerator_at_most_denominator", "stop"),
    ("counts.proportions", "update counts.proportions set denominator = 2 where stratum = 'no'", "strata_add_up", "stop"),
    ("counts.proportions", "insert into counts.proportions from counts.proportions limit 1", "one_row_per_grain", "stop"),
    ("counts.proportions", "delete from counts.proportions where measure = 'patients_infused'",
     "patients_infused_counted", "stop"),
    ("counts.proportions", "alter table counts.proportions alter column numerator type double", "no_infinity_or_nan",
     "stop"),
    ("counts.infections", "update counts.infections set patients = 2 where stratum = 'all'", "patients_at_most_events",
     "stop"),
    ("counts.infections", "update counts.infections set at_risk = 0", "patients_at_most_at_risk", "stop"),
    ("counts.infections", "update counts.infections set person_days = 0", "events_need_person_days", "stop"),
    ("counts.infections", "update counts.infections set person_days = 32 where stratum = 'no' and window_name = 'early'",
     "strata_add_up", "stop"),
    ("counts.infections", "update counts.infections set events = 2 where infection_class = 'bacterial'", "classes_add_up",
     "stop"),
    ("counts.infections", "update cohort.episodes set counted = false where episode_id = 'ep2'", "windows_add_up", "stop"),
    ("counts.infections", "update counts.infections set events = null", "events_not_negative", "stop"),
    ("counts.event_rates", "update counts.event_rates set events = 2 where window_name = 'week_1' and stratum = 'no'",
     "weeks_add_up", "stop"),
    ("counts.event_rates", "update counts.event_rates set person_days = 63 where window_name = 'week_1' and stratum = 'all'",
     "weeks_add_up", "stop"),
    ("counts.event_rates", "insert into counts.event_rates values ('infection_density_day0_last', 'no', 'early', 'all', 1, 0)",
     "events_need_person_days", "stop"),
    ("counts.event_rates", "insert into counts.event_rates from counts.event_rates limit 1", "one_row_per_grain", "stop"),
    ("counts.person_first_infection", "update counts.person_first_infection set cause = 3", "cause_in_value_set", "stop"),
    ("counts.person_first_infection", "update counts.person_first_infection set last_day = 91 where person_key = 1",
     "last_day_inside_the_windows", "stop"),
    ("counts.person_first_infection", "update counts.person_first_infection set cause = 0 where infection_class = 'all'",
     "infections_of_a_class_are_infections", "stop"),
    ("counts.person_outcomes", "update counts.person_outcomes set progressed_broad = false", "broad_includes_primary",
     "stop"),
    ("counts.two_by_two", "update counts.two_by_two set unexposed_without = 5", "cells_fit_in_the_stratum", "stop"),
    ("counts.two_by_two", "update counts.two_by_two set exposed_events = 0", "cells_add_to_the_denominator", "warn"),
    ("counts.two_by_two", "update counts.two_by_two set exposed_events = -1", "exposed_events_not_negative", "stop"),
    ("counts.unmapped_codes", "insert into counts.unmapped_codes values ('Procedure', 'code', 'urn:own', 'X', 3)",
     "unmapped_procedures", "warn"),
    ("counts.unmapped_codes", "insert into counts.unmapped_codes values ('Condition', 'code', 'urn:own', 'X', 3)",
     "unmapped_conditions", "warn"),
    ("counts.unmapped_codes", "insert into counts.unmapped_codes values ('Observation', 'value', 'urn:own', 'X', 3)",
     "unmapped_observations", "warn"),
    ("counts.unmapped_codes", "insert into counts.unmapped_codes values ('MedicationRequest', 'medication', 'urn:own', 'X', 3)",
     "unmapped_medications", "warn"),
    ("counts.unmapped_codes", "insert into counts.unmapped_codes values ('Other', 'code', 'u', null, 3), ('Other', 'code', 'u', null, 3)",
     "one_row_per_grain", "stop"),
]  # fmt: skip


@pytest.mark.parametrize(("relation", "fault", "check", "severity"), FAULTS, ids=[f"{f[0]}-{f[2]}" for f in FAULTS])
def test_a_fault_is_seen_by_the_check_that_is_there_for_it(relation, fault, check, severity, broken):
    assert broken(relation, fault, check) == severity


def test_every_relation_at_a_gate_has_a_fault_that_its_suite_sees():
    assert {suite.relation for suites in STATIONS.values() for suite in suites} == {fault[0] for fault in FAULTS}


def test_every_relation_of_a_gate_is_made_by_a_query_or_a_view():
    for station in ("raw", "cohort", "counts"):
        for suite in STATIONS[station]:
            assert has_sql(suite.relation), suite.relation


def test_unmapped_codes_are_counted_by_the_name_of_their_code_system(hospital):
    hospital.execute(
        "insert into cohort.codings values ('Condition', 'c3', 'code', null, 'urn:icd', 'Z99', null), "
        "('Condition', 'c4', 'code', null, 'urn:icd', 'Z98', null), "
        "('Condition', 'c5', 'code', null, 'urn:private', 'Z98', null)"
    )
    hospital.execute(
        "insert into counts.unmapped_codes values ('Condition', 'code', 'urn:icd', 'Z99', 1), "
        "('Condition', 'code', 'urn:icd', 'Z98', 1), ('Condition', 'code', 'urn:private', 'Z98', 1)"
    )
    result = run_gate("counts", hospital, ["counts.unmapped_codes"])
    (row,) = result.failed
    assert (result.outcome, row.check_name) == ("warned", "unmapped_conditions")
    assert (row.unexpected_count, row.element_count) == (3, 4)
    assert row.reason.endswith("By code system: ICD-10 2, other 1.")


def test_partial_dates_are_readable(hospital):
    hospital.execute("update stage.condition set onset_datetime = '2019' where condition_id = 'c1'")
    assert run_gate("stage", hospital, ["stage.condition"]).outcome == "passed"
