"""What makes naive counting wrong stands in the practice hospital: one test a trap."""

import json
from datetime import timedelta

import pytest

from ehr.practice.generator.codes import codes
from ehr.practice.generator.laboratory import SITES
from ehr.practice.generator.regimens import BRIDGING, DEPLETION
from ehr.practice.generator.seed_cohort import seed_charts, stories
from ehr.practice.hospital_files import generate


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("traps") / "hospital"
    generate(path)
    return path


@pytest.fixture(scope="module")
def records(folder):
    return [
        json.loads(line)
        for path in sorted(folder.glob("[A-Z]*.ndjson"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


@pytest.fixture(scope="module")
def charts():
    return {story.key: chart for story, chart in seed_charts(20160601)}


def of(charts, story, resource_type):
    return [record for record in charts[story].records if record["resourceType"] == resource_type]


def has(concept, key):
    code = codes()[key]
    return any(c.get("code") == code.code and c.get("system") == code.system for c in (concept or {}).get("coding", []))


def grown(charts, story, organism):
    """Days of the cultures in which an organism grew, with the text that the laboratory sent."""
    chart = charts[story]
    found = [r for r in of(charts, story, "Observation") if has(r.get("valueCodeableConcept"), organism)]
    return [(chart.day_of(record["effectiveDateTime"]), record) for record in found]


def days(rows):
    return [day for day, _ in rows]


# --- infusions and drugs


def test_infusions_come_as_procedure_codes_words_and_administrations(charts):
    ways = {how for story in stories() for day, how in story.infusions if day == 0}
    assert {"pcs", "pcs_peripheral", "snomed", "snomed_and_local", "local", "chinese", "words", "drug"} <= ways


def test_everybody_can_be_found_by_a_code_that_needs_no_words(charts):
    """A search by code must find the ninety; the words decide on which day the cells came."""
    found = {codes()[key].code for key in ("cart_pcs_central", "cart_pcs_peripheral", "cart_sct")}
    products = {codes()[key].code for key in ("tisagenlecleucel", "brexucabtagene", "axicabtagene")}
    for key in charts:
        concepts = [record["code"] for record in of(charts, key, "Procedure")]
        concepts += [r.get("medicationCodeableConcept", {}) for r in of(charts, key, "MedicationAdministration")]
        assert {c["code"] for concept in concepts for c in concept.get("coding", [])} & (found | products), key


def test_two_products_follow_each_other(charts):
    texts = [record["code"].get("text", "") for record in of(charts, "second_product", "Procedure")]
    assert "CD22 CAR-T cell infusion" in texts


def test_an_infusion_in_words_only_has_no_code(charts):
    assert any(
        record["code"] == {"text": "CD19 CAR-T细胞回输"} for record in of(charts, "seen_for_20_days", "Procedure")
    )


def test_an_infusion_in_utc_is_written_on_the_day_before(charts):
    chart = charts["day_zero_in_utc"]
    infusion = next(r for r in of(charts, "day_zero_in_utc", "Procedure") if has(r["code"], "cart_pcs_peripheral"))
    written = infusion["performedDateTime"]
    assert written.endswith("Z")
    assert written[:10] == (chart.day0_on - timedelta(days=1)).isoformat()


def test_one_infusion_is_charted_again_after_midnight(charts):
    chart = charts["charted_after_midnight"]
    charted = of(charts, "charted_after_midnight", "MedicationAdministration")
    cells = [r for r in charted if has(r.get("medicationCodeableConcept"), "tisagenlecleucel")]
    assert [chart.day_of(record["effectiveDateTime"]) for record in cells] == [1]


def test_a_part_of_the_hospital_knows_orders_only(charts):
    by_channel = {}
    for story in stories():
        by_channel.setdefault(story.channel, []).append(story.key)
    assert {key: len(keys) for key, keys in by_channel.items()} == {"administration": 72, "request": 16, "none": 2}
    for key in by_channel["request"]:
        assert of(charts, key, "MedicationRequest")
        assert not of(charts, key, "MedicationAdministration")
    for key in by_channel["none"]:
        assert not of(charts, key, "MedicationRequest")
        assert not of(charts, key, "MedicationAdministration")


def test_what_was_ordered_and_not_given_is_there(charts):
    statuses = {r["status"] for r in of(charts, "two_days_apart", "MedicationAdministration")}
    assert "not-done" in statuses
    assert of(charts, "two_days_apart", "MedicationRequest")


def test_every_regimen_is_used(charts):
    assert {story.bridging for story in stories()} == set(BRIDGING)
    assert {story.depletion for story in stories()} == set(DEPLETION)


def test_a_drug_stands_behind_a_reference_and_one_in_words(records):
    given = [record for record in records if record["resourceType"] == "MedicationAdministration"]
    assert any("medicationReference" in record for record in given)
    assert any("coding" not in record.get("medicationCodeableConcept", {"coding": 1}) for record in given)


# --- microbiology


def test_skin_flora_in_one_set_and_in_two(charts):
    assert days(grown(charts, "one_set", "sepidermidis")) == [5]
    pair = grown(charts, "skin_flora_twice", "sepidermidis")
    assert days(pair) == [10, 11]
    assert len({record["specimen"]["reference"] for _, record in pair}) == 2


def test_viridans_streptococci_grow_in_one_set(charts):
    assert days(grown(charts, "viridans_once", "smitis")) == [8]


def test_copies_inside_and_outside_the_interval(charts):
    assert days(grown(charts, "ecoli_copies", "ecoli")) == [6, 9]
    words = [record.get("valueString") for record in of(charts, "ecoli_copies", "Observation")]
    assert "No Candida isolated; Escherichia coli grown" in words
    # The copy of day 16 stands under a second Patient of the same person.
    assert sorted(set(days(grown(charts, "ecoli_twice", "ecoli")))) == [4, 8, 15, 16]


def test_urine_and_stool_are_colonised(charts):
    assert days(grown(charts, "colonised_urine", "efaecalis")) == [15]
    assert days(grown(charts, "colonised_stool", "kpneumoniae")) == [11]


def test_results_in_error_and_cancelled_ones_hold_an_organism(charts):
    assert [r["status"] for _, r in grown(charts, "in_error", "kpneumoniae")] == ["final", "entered-in-error"]
    assert [r["status"] for _, r in grown(charts, "cancelled", "ecoli")] == ["cancelled"]


def test_an_amended_result_has_two_versions(charts):
    rows = [r for r in of(charts, "amended_to_nothing", "Observation") if r["meta"]["versionId"] == "2"]
    assert [(r["status"], has(r["valueCodeableConcept"], "no_growth")) for r in rows] == [("amended", True)]
    first = grown(charts, "amended_to_nothing", "saureus")
    assert [(r["status"], r["id"]) for _, r in first] == [("preliminary", rows[0]["id"])]


def test_negative_cultures_are_coded_and_in_words(records):
    values = [record for record in records if record["resourceType"] == "Observation"]
    assert any(has(record.get("valueCodeableConcept"), "no_growth") for record in values)
    assert {"No growth", "无细菌生长"} <= {record.get("valueString") for record in values}


def test_organisms_stand_in_every_layout(charts):
    shown = of(charts, "candidaemia", "Observation")
    assert any(has(record["code"], "ctropicalis") and "specimen" not in record for record in shown)
    assert any("hasMember" in record for record in of(charts, "ecoli_twice", "Observation"))
    assert any(
        record.get("valueString") == "金黄色葡萄球菌" for record in of(charts, "named_in_chinese", "Observation")
    )
    assert any(
        len(r.get("valueCodeableConcept", {}).get("coding", [])) == 2 for r in of(charts, "day_90", "Observation")
    )
    assert any("specimen" not in record for _, record in grown(charts, "next_therapy", "ecoli"))
    assert of(charts, "mrsa_death", "DiagnosticReport")[0]["result"]


def test_a_culture_in_utc_is_written_on_the_day_before(charts):
    chart = charts["day_31_in_utc"]
    [(day, record)] = grown(charts, "day_31_in_utc", "paeruginosa")
    assert day == 31
    assert record["effectiveDateTime"][:10] == chart.on(30)


def test_viral_loads_come_in_two_kinds_of_units(charts):
    units = {
        record["valueQuantity"]["unit"]
        for story in ("cmv_level", "cmv_copies")
        for record in of(charts, story, "Observation")
        if record["code"]["coding"][0]["code"] in {codes()["cmv_iu"].code, codes()["cmv_copies"].code}
    }
    assert units == {"[IU]/mL", "{copies}/mL"}


def test_a_report_without_results_names_an_organism(charts):
    [report] = of(charts, "report_only", "DiagnosticReport")
    assert "result" not in report
    assert "Escherichia coli" in report["conclusion"]


def test_an_old_infection_is_positive_inside_the_look_back(charts):
    assert days(grown(charts, "since_day_minus_35", "efaecium")) == [-35, -30]


# --- diagnoses and death


def test_one_infection_is_a_diagnosis_and_a_culture(charts):
    assert any(has(record["code"], "sepsis_ecoli_cm") for record in of(charts, "ecoli_copies", "Condition"))


def test_sepsis_is_coded_beside_pneumonia(charts):
    conditions = of(charts, "pneumonia_and_sepsis", "Condition")
    assert any(has(record["code"], "pneumonia_who") for record in conditions)
    assert any(has(record["code"], "sepsis_who") for record in conditions)


def test_refuted_differential_and_wrong_diagnoses_are_there(charts):
    verified = {r["verificationStatus"]["coding"][0]["code"] for r in of(charts, "refuted", "Condition")}
    assert {"refuted", "differential", "entered-in-error"} <= verified


def test_partial_dates(charts):
    assert any(record.get("onsetDateTime") == "2014" for record in of(charts, "old_entries", "Condition"))
    assert any(r.get("performedDateTime") == "2014-05" for r in of(charts, "seen_for_20_days", "Procedure"))


def test_a_death_in_utc_is_written_on_the_day_before(charts):
    chart = charts["death_after_bacteraemia"]
    [text] = [
        r["deceasedDateTime"] for r in of(charts, "death_after_bacteraemia", "Patient") if "deceasedDateTime" in r
    ]
    assert (text[:10], chart.day_of(text)) == (chart.on(49), 50)


def test_an_organism_of_the_hospitals_own_list_has_no_other_code(charts):
    values = [record.get("valueCodeableConcept", {}) for record in of(charts, "cold", "Observation")]
    assert any([c["system"] for c in value.get("coding", [])] == ["urn:hospital:organism"] for value in values)


def test_severe_release_is_treated_on_an_intensive_ward(charts):
    for story in stories():
        named = [
            place["location"]["display"]
            for stay in of(charts, story.key, "Encounter")
            for place in stay.get("location", [])
        ]
        assert ("MICU" in named) == any(grade >= 3 for _, grade in story.release), story.key


def test_a_diagnosis_in_words_has_no_code(charts):
    assert any("coding" not in record["code"] for record in of(charts, "states", "Condition"))


def test_deaths_are_certified_in_codes_in_words_and_not_at_all(charts):
    def causes(story):
        return [
            record
            for record in of(charts, story, "Observation")
            if has(record["code"], "cause_of_death") or has(record["code"], "underlying_cause")
        ]

    assert any(has(record.get("valueCodeableConcept"), "sepsis_aureus_who") for record in causes("mrsa_death"))
    assert [record["valueString"] for record in causes("acinetobacter_death")] == [
        "Septic shock, multiple organ failure"
    ]
    assert any(has(r.get("valueCodeableConcept"), "all_cm_relapse") for r in causes("relapse_death"))
    assert causes("death_after_bacteraemia") == []


def test_what_stops_the_clock_is_recorded(charts):
    assert any(has(record["code"], "transplant_pcs") for record in of(charts, "transplant", "Procedure"))
    given = of(charts, "next_therapy", "MedicationAdministration")
    assert any(has(record.get("medicationCodeableConcept"), "blinatumomab") for record in given)
    assert any("end" not in record["period"] for record in of(charts, "stay_going_on", "Encounter"))
    assert {"planned", "cancelled"} <= {record["status"] for record in of(charts, "seen_for_14_days", "Encounter")}


# --- values and what cannot be used


def test_values_come_in_odd_units(records):
    units = {record["valueQuantity"]["unit"] for record in records if "valueQuantity" in record}
    assert {"[degF]", "Cel", "/mm3", "G/L", "mg/dL", "mg/L"} <= units


def test_one_resource_has_no_id_and_one_an_unknown_modifier(records, folder):
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["patients"]
    odd = [record for record in records if "id" not in record or "modifierExtension" in record]
    assert sorted(record["resourceType"] for record in odd) == ["Condition", "Observation"]
    for record in odd:
        assert not truth[record["subject"]["reference"].removeprefix("Patient/")]["in_cohort"]


def test_a_deleted_resource_keeps_its_history(folder, records):
    rows = [json.loads(line) for line in (folder / "deletions.ndjson").read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 2
    for row in rows:
        [record] = [record for record in records if record.get("id") == row["resource_id"]]
        assert record["resourceType"] == row["resource_type"] == "Observation"
        assert record["meta"]["lastUpdated"] < row["deleted_at"]


def test_refused_and_planned_infusions_are_there(records):
    statuses = {r["status"] for r in records if r["resourceType"] == "Procedure" and has(r["code"], "cart_sct")}
    assert {"completed", "entered-in-error", "on-hold"} <= statuses
    texts = {record["code"].get("text") for record in records if record["resourceType"] == "Procedure"}
    assert {"CAR-T治疗知情同意书", "CAR-T planning visit", "Discussion of CAR-T therapy", "CAR-T回输后随访"} <= texts


def test_no_therapeutic_drug_begins_beside_a_colonised_site(charts):
    """A treatment from the day before to three days after would make the finding count."""
    for story in ("colonised_urine", "colonised_stool", "cmv_untreated", "cmv_copies", "mouth_yeast"):
        drugs = [*of(charts, story, "MedicationAdministration"), *of(charts, story, "MedicationRequest")]
        names = {c["code"] for r in drugs for c in r.get("medicationCodeableConcept", {}).get("coding", [])}
        anti_infective = {name for name in names if name.startswith(("J01", "J02", "J05", "A07"))}
        assert anti_infective <= {codes()["aciclovir"].code, codes()["cotrimoxazole"].code}


def test_sites_use_known_codes():
    assert {key for pair in SITES.values() for key in pair} <= set(codes())
