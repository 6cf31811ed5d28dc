# ruff: noqa: E501 - a row of the table and its fault read best on one line
"""A hospital of two patients in one database: every relation that has a gate, with rows that pass.

p1 has a pneumonia before the infusion (stratum yes) and progresses, p2 a bacteraemia on day 10 (stratum no). Each row
is there for a check to hold; a test breaks one thing and names the check that must see it.
"""

import pytest

from checks.rules import Suite
from warehouse.connection import Connection, connect

TABLES = {
    "raw.resource_versions": (
        "resource_type varchar, resource_id varchar, version_id varchar, last_updated timestamptz, "
        "content_hash varchar, known_from timestamptz, resource varchar, landing_file varchar, line integer",
        [
            "'Patient', 'p1', '1', '2020-01-01 00:00Z', 'h1', '2020-02-01 00:00Z', '{\"resourceType\":\"Patient\",\"id\":\"p1\"}', 'f', 1",
            "'Patient', 'p1', '2', '2020-01-02 00:00Z', 'h2', '2020-02-08 00:00Z', '{\"resourceType\":\"Patient\",\"id\":\"p1\"}', 'f', 2",
        ],
    ),
    "raw.deletions": (
        "resource_type varchar, resource_id varchar, known_from timestamptz, learned_by varchar",
        ["'Observation', 'o9', '2020-02-01 00:00Z', 'history'"],
    ),
    "raw.rejects": (
        "landing_file varchar, line integer, resource_type varchar, resource_id varchar, reason varchar, "
        "known_from timestamptz, patient_id varchar",
        [],
    ),
    "ref.run": (
        "as_of timestamptz, data_date date, time_zone varchar, protocol varchar",
        ["'2020-03-01 00:00Z', '2020-02-28', 'Asia/Shanghai', 'seed'"],
    ),
    "ref.windows": (
        "window_name varchar, first_day integer, last_day integer",
        ["'look_back', -30, -1", "'early', 0, 30", "'late', 31, 90"],
    ),
    "ref.infection_classes": ("infection_class varchar", ["'bacterial_gn'", "'bacterial_gp'"]),
    "ref.sites": ("site varchar", ["'blood'", "'lower_resp'"]),
    "ref.code_systems": ("system varchar, name varchar", ["'urn:icd', 'ICD-10'", "'urn:atc', 'ATC'"]),
    "ref.lab_tests": (
        "analyte varchar, system varchar, code varchar, kind varchar",
        ["'crp', 'urn:loinc', 'crp-code', 'lab'"],
    ),
    "ref.lab_units": ("analyte varchar, unit_spelling varchar, ucum_code varchar", ["'crp', 'mg/L', 'mg/L'"]),
    "ref.infection_codes": ("not_counted_reason varchar", ["'history'"]),
    "stage.resources": (
        "resource_type varchar, resource_id varchar, version_id varchar, last_updated timestamptz, "
        "known_from timestamptz, content_hash varchar",
        ["'Observation', 'o1', '1', '2020-01-01 00:00Z', '2020-02-01 00:00Z', 'h1'",
         "'Observation', 'o2', '1', '2020-01-01 00:00Z', '2020-02-01 00:00Z', 'h2'"],
    ),
    "ops.regressed_versions": (
        "resource_type varchar, resource_id varchar, version_id varchar, last_updated timestamptz, "
        "known_from timestamptz",
        [],
    ),
    "ops.untold_deletions": ("resource_type varchar, reason varchar", []),
    "stage.shape_audit": (
        "view_name varchar, resource_type varchar, path varchar, expected varchar, found varchar, is_lost boolean, "
        "resource_count bigint, of_count bigint",
        [],
    ),
    "stage.patient": (
        "patient_id varchar, gender varchar, birth_date varchar, deceased_boolean boolean, deceased_datetime varchar, "
        "active boolean",
        ["'p1', 'male', '1980-01-01', null, null, true", "'p2', 'female', '1990', null, '2020-02-11T03:00:00Z', true"],
    ),
    "stage.condition": (
        "condition_id varchar, patient_id varchar, encounter_id varchar, clinical_status varchar, "
        "verification_status varchar, code_text varchar, onset_datetime varchar, onset_start varchar, "
        "abatement_datetime varchar, recorded_date varchar",
        ["'c1', 'p1', null, 'active', 'confirmed', null, '2019-12-20', null, null, '2019-12-20'",
         "'c2', 'p2', null, 'active', 'confirmed', null, '2020-01', null, null, '20200120'"],
    ),
    "stage.procedure": (
        "procedure_id varchar, patient_id varchar, encounter_id varchar, status varchar, code_text varchar, "
        "performed_datetime varchar, performed_start varchar, performed_end varchar",
        ["'i1', 'p1', null, 'completed', null, '2020-01-01', null, null",
         "'i2', 'p2', null, 'completed', null, '2020-01-05T00:30:00Z', null, null"],
    ),
    "stage.observation": (
        "observation_id varchar, patient_id varchar, encounter_id varchar, specimen_id varchar, status varchar, "
        "code_text varchar, effective_datetime varchar, effective_start varchar, issued varchar, "
        "value_number varchar, value_comparator varchar, value_unit varchar, value_unit_code varchar, "
        "value_string varchar, absent_reason varchar",
        [f"'o{n}', 'p1', null, null, 'final', null, '2020-01-0{n}', null, null, '5', null, 'mg/L', 'mg/L', null, null"
         for n in range(1, 6)],
    ),
    "stage.observation_coding": (
        "observation_id varchar, system varchar, code varchar", [f"'o{n}', 'urn:loinc', 'crp-code'" for n in range(1, 6)]
    ),
    "stage.medication_administration": (
        "medication_administration_id varchar, patient_id varchar, context_id varchar, status varchar, "
        "medication_text varchar, medication_id varchar, effective_datetime varchar, effective_start varchar, "
        "effective_end varchar",
        ["'m1', 'p1', null, 'completed', null, null, '2020-01-02', null, null"],
    ),
    "stage.medication_request": (
        "medication_request_id varchar, patient_id varchar, encounter_id varchar, status varchar, intent varchar, "
        "do_not_perform boolean, medication_text varchar, medication_id varchar, authored_on varchar, "
        "dosage_start varchar, dosage_end varchar",
        ["'r1', 'p2', null, 'active', 'order', null, null, null, '2020-01-03', null, null"],
    ),
    "stage.encounter": (
        "encounter_id varchar, patient_id varchar, status varchar, class_system varchar, class_code varchar, "
        "period_start varchar, period_end varchar",
        ["'e1', 'p1', 'finished', null, 'IMP', '2019-12-01', '2020-02-01'"],
    ),
    "stage.specimen": (
        "specimen_id varchar, patient_id varchar, status varchar, type_text varchar, collected_datetime varchar, "
        "collected_start varchar, received_time varchar, parent_id varchar",
        ["'s1', 'p2', 'available', 'blood', '2020-01-15', null, null, null"],
    ),
    "stage.diagnostic_report": (
        "diagnostic_report_id varchar, patient_id varchar, encounter_id varchar, status varchar, code_text varchar, "
        "effective_datetime varchar, effective_start varchar, issued varchar, conclusion varchar",
        ["'d1', 'p2', null, 'final', null, '2020-01-15', null, null, null"],
    ),
    "cohort.codings": (
        "resource_type varchar, resource_id varchar, element varchar, component_number integer, system varchar, "
        "code varchar, display varchar",
        ["'Condition', 'c1', 'code', null, 'urn:icd', 'A41.5', null",
         "'MedicationAdministration', 'm1', 'medication', null, 'urn:atc', 'J01DH02', null"],
    ),
    "cohort.patients": (
        "patient_id varchar, local_identifier varchar, birth_date_earliest date, sex varchar, died_on date, "
        "death_cause varchar",
        ["'p1', null, '1980-01-01', 'male', null, null", "'p2', null, '1990-01-01', 'female', '2020-02-11', 'infection'"],
    ),
    "cohort.infusions": (
        "patient_id varchar, infused_on date, infused_at timestamptz, product varchar, channel varchar, "
        "by_text boolean, resource_type varchar, resource_id varchar, records integer",
        ["'p1', '2020-01-01', null, 'cd19', 'procedure', false, 'Procedure', 'i1', 1",
         "'p2', '2020-01-05', null, 'cd19', 'procedure', false, 'Procedure', 'i2', 1"],
    ),
    "cohort.courses": (
        "patient_id varchar, course_number integer, in_cohort boolean, exclusion_reason varchar, day0_on date, "
        "last_infusion_on date, products varchar, follow_up_end_on date, follow_up_end_reason varchar",
        ["'p1', 1, true, null, '2020-01-01', '2020-01-01', 'cd19', '2020-02-28', 'data_date'",
         "'p1', 2, false, 'later_course', '2020-02-27', '2020-02-27', 'cd22', '2020-02-28', 'data_date'",
         "'p2', 1, true, null, '2020-01-05', '2020-01-05', 'cd19', '2020-02-11', 'death'"],
    ),
    "cohort.person_time": (
        "patient_id varchar, course_number integer, window_name varchar, start_on date, end_on date, days integer, "
        "end_reason varchar",
        ["'p1', 1, 'look_back', '2019-12-02', '2019-12-31', 30, 'window_end'",
         "'p1', 1, 'early', '2020-01-01', '2020-01-31', 31, 'window_end'",
         "'p2', 1, 'early', '2020-01-05', '2020-02-04', 31, 'window_end'",
         "'p2', 1, 'late', '2020-02-05', '2020-02-11', 7, 'death'"],
    ),
    "cohort.strata": (
        "patient_id varchar, course_number integer, stratum_set varchar, stratum varchar",
        ["'p1', 1, 'preexisting_infection', 'yes'", "'p2', 1, 'preexisting_infection', 'no'"],
    ),
    "cohort.covariates": (
        "patient_id varchar, course_number integer, name varchar, value varchar, value_number decimal(18,6), "
        "unit varchar, known_on date, source varchar, status varchar",
        [f"'{patient}', 1, '{name}', 'yes', null, null, null, null, 'known'"
         for patient in ("p1", "p2") for name in ("complete_day_30", "bridging_other_than_fc", "crs_grade_3_exposure")],
    ),
    "cohort.not_counted_reasons": ("reason varchar", ["'contaminant'", "'after_censoring'"]),
    "cohort.episodes": (
        "episode_id varchar, patient_id varchar, course_number integer, onset_on date, onset_day integer, "
        "window_name varchar, infection_class varchar[], site varchar[], documentation varchar, organisms varchar[], "
        "first_sign_on date, before_infusion boolean, organism_from_code boolean, severity_grade integer, "
        "qualifies boolean, counted boolean, not_counted_reason varchar, active_in_look_back boolean, "
        "progressed boolean, progression_criterion varchar, progression_on date, progressed_broad boolean, "
        "progression_broad_criterion varchar, progression_broad_on date, rule varchar",
        ["'ep1', 'p1', 1, '2019-12-20', -12, 'look_back', ['bacterial_gn'], ['lower_resp'], 'CLIN_DOC', [], null, "
         "false, false, 2, true, true, null, true, true, 'c', '2020-01-04', true, 'c', '2020-01-04', 'coded'",
         "'ep2', 'p2', 1, '2020-01-15', 10, 'early', ['bacterial_gp'], ['blood'], 'MDI_bloodstream', ['x'], null, "
         "false, false, 2, true, true, null, false, null, null, null, null, null, null, 'culture'",
         "'ep3', 'p2', 1, '2020-01-20', 15, 'early', ['bacterial_gp'], ['blood'], 'MDI_bloodstream', ['x'], null, "
         "false, false, 2, false, false, 'contaminant', false, null, null, null, null, null, null, 'culture'"],
    ),
    "cohort.evidence": (
        "episode_id varchar, evidence_hash varchar, resource_type varchar, resource_id varchar, version_id varchar, "
        "role varchar, reason varchar",
        ["'ep1', 'e1', 'Observation', 'o1', '1', 'supports', null",
         "'ep2', 'e2', 'Observation', 'o2', '1', 'supports', null",
         "'ep3', 'e3', 'Observation', 'o2', '1', 'excluded', 'contaminant'"],
    ),
    "counts.proportions": (
        "measure varchar, stratum varchar, window_name varchar, infection_class varchar, numerator bigint, "
        "denominator bigint, left_out bigint, provisional boolean",
        ["'patients_infused', 'all', null, 'all', 2, null, 0, false",
         "'infected_proportion', 'all', 'early', 'all', 1, 2, 0, false",
         "'infected_proportion', 'no', 'early', 'all', 1, 1, 0, false",
         "'infected_proportion', 'yes', 'early', 'all', 0, 1, 0, false",
         "'infected_proportion', 'unknown', 'early', 'all', 0, 0, 0, false",
         "'progression_proportion', 'yes', 'early', 'all', 1, 1, 0, false"],
    ),
    "counts.infections": (
        "stratum varchar, window_name varchar, infection_class varchar, patients bigint, events bigint, "
        "person_days bigint, at_risk bigint, infection_deaths bigint",
        [f"'{stratum}', '{window}', '{kind}', {events}, {events}, {days}, {risk}, 0"
         for stratum, window, events, days, risk in (
             ("all", "look_back", 1, 30, 1), ("yes", "look_back", 1, 30, 1), ("no", "look_back", 0, 0, 0),
             ("unknown", "look_back", 0, 0, 0), ("all", "early", 1, 62, 2), ("yes", "early", 0, 31, 1),
             ("no", "early", 1, 31, 1), ("unknown", "early", 0, 0, 0))
         for kind in ("all", "bacterial")],
    ),
    "counts.event_rates": (
        "measure varchar, stratum varchar, window_name varchar, infection_class varchar, events bigint, person_days bigint",
        ["'weekly_infection_density', 'all', 'week_-1', 'all', 1, 30", "'weekly_infection_density', 'all', 'week_1', 'all', 1, 62",
         "'weekly_infection_density', 'yes', 'week_-1', 'all', 1, 61", "'weekly_infection_density', 'no', 'week_1', 'all', 1, 31",
         "'weekly_infection_density', 'unknown', 'week_1', 'all', 0, 0", "'listed_events', 'all', 'early', 'fungal_candidate', 1, null"],
    ),
    "counts.person_first_infection": (
        "person_key integer, stratum varchar, infection_class varchar, last_day integer, cause integer",
        ["1, 'yes', 'all', 58, 0", "2, 'no', 'all', 10, 1", "1, 'yes', 'bacterial', 58, 0", "2, 'no', 'bacterial', 10, 1"],
    ),
    "counts.person_outcomes": (
        "person_key integer, stratum varchar, infected_early boolean, progressed boolean, progressed_broad boolean, "
        "bridging_other_than_fc boolean, bridging_non_tki boolean, crs_grade_3_exposure boolean, "
        "complete_day_30 boolean, died_day integer",
        ["1, 'yes', false, true, true, false, false, true, true, null",
         "2, 'no', true, null, null, true, true, false, true, 37"],
    ),
    "counts.unmapped_codes": (
        "resource_type varchar, element varchar, system varchar, code varchar, resources bigint", [],
    ),
    "counts.two_by_two": (
        "measure varchar, exposure varchar, outcome varchar, exposed_events bigint, exposed_without bigint, "
        "unexposed_events bigint, unexposed_without bigint, unknown_events bigint, unknown_without bigint",
        ["'bridging_association', 'bridging_other_than_fc', 'infected_early', 1, 0, 0, 0, 0, 0",
         "'crs_progression_association', 'crs_grade_3_exposure', 'progressed', 1, 0, 0, 0, 0, 0"],
    ),
}  # fmt: skip
SCHEMAS = ("raw", "ref", "ops", "stage", "cohort", "counts")


def _script() -> str:
    statements = [f"create schema {schema}" for schema in SCHEMAS]
    for relation, (columns, rows) in TABLES.items():
        statements.append(f"create table {relation} ({columns})")
        if rows:
            statements.append(f"insert into {relation} values ({'), ('.join(rows)})")
    return ";\n".join(statements)


@pytest.fixture
def hospital():
    """A connection to the database in which every gate passes."""
    connection = connect(macros=False)
    connection.execute(_script())
    yield connection
    connection.close()


@pytest.fixture
def broken(hospital, monkeypatch):
    """Break one thing by a statement, run one check of that relation, and give its severity if it failed."""
    from checks import gate

    def run(relation: str, statement: str, name: str) -> str | None:
        hospital.execute(statement)
        station = "stage" if relation.startswith("ops.") else relation.partition(".")[0]
        suite = next(suite for suite in gate.STATIONS[station] if suite.relation == relation)
        only = Suite(relation, tuple(check for check in suite.checks if check.name == name))
        monkeypatch.setitem(gate.STATIONS, station, (only,))
        (row,) = gate.run_gate(station, hospital).rows
        evaluated = not row.reason.startswith(gate.NOT_EVALUATED)
        return row.severity if evaluated and not row.passed else None

    return run


@pytest.fixture
def store_connection() -> Connection:
    """An empty database."""
    return connect()
