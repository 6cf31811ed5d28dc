"""What the code lists promise one another: check digits, known systems, licences, references, total crosswalks."""

import re

import pytest

from mappings.value_sets import OWN_FOLDER, load_value_sets

SNOMED, LOINC = "http://snomed.info/sct", "http://loinc.org"
WHO, CPT = "http://hl7.org/fhir/sid/icd-10", "http://www.ama-assn.org/go/cpt"
NO_DISPLAY = {
    WHO, CPT, "https://www.nubc.org/CodeSystem/RevenueCodes", "https://www.nubc.org/CodeSystem/PatDischargeStatus",
}  # fmt: skip
CODE_COLUMNS = (("system", "code"), ("organism_system", "organism_code"))

# Verhoeff's scheme: the multiplication table of the dihedral group D5, and the powers of his permutation.
DIHEDRAL = [[(a + b if a < 5 else a - b) % 5 + 5 * ((a < 5) != (b < 5)) for b in range(10)] for a in range(10)]
STEP = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]


@pytest.fixture(scope="module")
def every_record(value_sets):
    tables = {name: table.records() for name, table in value_sets.tables.items()}
    return [(name, record) for name, records in tables.items() for record in records]


def values(value_sets, table, column):
    return {record[column] for record in value_sets[table].records() if record[column] is not None}


def snomed_check_digit_holds(code):
    if not re.fullmatch(r"[1-9][0-9]{5,17}", code) or code[-3:-1] not in ("00", "10"):
        return False
    total = 0
    for position, character in enumerate(reversed(code)):
        digit = int(character)
        for _ in range(position % 8):
            digit = STEP[digit]
        total = DIHEDRAL[total][digit]
    return total == 0


def loinc_check_digit_holds(code):
    match = re.fullmatch(r"([0-9]{1,7})-([0-9])", code)
    if match is None:
        return False
    doubled = [int(d) * (2 if place % 2 == 0 else 1) for place, d in enumerate(reversed(match[1]))]
    return (10 - sum(sum(divmod(number, 10)) for number in doubled) % 10) % 10 == int(match[2])


def test_codes_of_loinc_and_snomed_ct_have_their_check_digit(every_record):
    wrong = []
    for name, record in every_record:
        pairs = [(record.get(system), record.get(code)) for system, code in CODE_COLUMNS]
        pairs += [(LOINC, record.get("component_code")), (SNOMED, record.get("base_code"))]
        wrong += [(name, c) for s, c in pairs if c and s == LOINC and not loinc_check_digit_holds(c)]
        wrong += [(name, c) for s, c in pairs if c and s == SNOMED and not snomed_check_digit_holds(c)]
    assert wrong == []


def test_a_wrong_check_digit_is_seen():
    assert loinc_check_digit_holds("600-7")
    assert not loinc_check_digit_holds("600-8")
    assert snomed_check_digit_holds("91857003")
    assert not snomed_check_digit_holds("91857004")


def test_every_system_is_a_known_one(every_record, value_sets):
    known = values(value_sets, "code_systems", "system")
    unknown = {
        (name, record[column])
        for name, record in every_record
        for column in ("system", "organism_system")
        if record.get(column) and record[column] not in known
    }
    assert {(n, s) for n, s in unknown if not s.startswith("http://terminology.hl7.org/")} == set()


def test_licensed_texts_are_not_shipped():
    for value_sets in (load_value_sets(), load_value_sets([OWN_FOLDER / "site_example"])):
        for table in value_sets.tables.values():
            rows = [r for r in table.records() if r.get("system") in NO_DISPLAY]
            assert [r for r in rows if r.get("display")] == [], table.name


def test_the_notices_name_every_system_that_asks_for_one():
    notice = (OWN_FOLDER / "NOTICE").read_text(encoding="utf-8")
    for name in ("LOINC", "SNOMED CT", "RxNorm", "UCUM", "Regenstrief", "National Library of Medicine"):
        assert name in notice


def test_every_row_has_a_source_that_can_be_found(every_record):
    vague = re.compile(r"index file|file id|from memory")
    assert [(n, r["source"]) for n, r in every_record if vague.search(r.get("source") or "")] == []
    assert [
        n
        for n, r in every_record
        if (r.get("source") or "").startswith("unverified") and r.get("verified") is not False
    ] == []


def test_organisms_that_other_lists_name_exist_with_that_name_and_class(value_sets):
    known = {(r["system"], r["code"]): r for r in value_sets["organisms"].records()}
    for table in ("micro_tests", "infection_code_organisms"):
        for record in value_sets[table].records():
            if record["organism_code"] is None:
                continue
            organism = known[record["organism_system"], record["organism_code"]]
            assert organism["name"] == record["organism_name"]
            assert record.get("infection_class", organism["infection_class"]) == organism["infection_class"]


def test_names_of_organisms_are_normalised_and_point_to_one(value_sets):
    known = {(r["system"], r["code"]) for r in value_sets["organisms"].records()}
    names = value_sets["organism_names"].records()
    assert [r["name_key"] for r in names if (r["system"], r["code"]) not in known] == []
    english = re.compile(r"[a-z0-9]+( [a-z0-9]+)*")
    assert [r["name_key"] for r in names if r["language"] == "en" and not english.fullmatch(r["name_key"])] == []


def test_rank_genus_and_species_of_an_organism_agree(value_sets):
    organisms = value_sets["organisms"].records()
    codes = {r["code"] for r in organisms}
    assert [r["code"] for r in organisms if r["base_code"] and r["base_code"] not in codes] == []
    assert [r["code"] for r in organisms if r["rank"] == "species" and not (r["genus"] and r["species"])] == []
    assert [r["code"] for r in organisms if r["rank"] == "genus" and (not r["genus"] or r["species"])] == []


def test_an_organism_agrees_with_its_genus(value_sets):
    genera = {r["genus"]: r for r in value_sets["genera"].records()}
    for organism in value_sets["organisms"].records():
        if organism["rank"] not in ("genus", "species"):
            continue
        genus = genera[organism["genus"]]
        if organism["genus"] != "Clostridioides":  # C. difficile has a row and a class rule of its own
            assert organism["infection_class"] == genus["infection_class"], organism["name"]
        flag = organism["nhsn_common_commensal"]
        if flag is not None and genus["nhsn_common_commensal"] in ("all", "none"):
            assert flag == (genus["nhsn_common_commensal"] == "all"), organism["name"]


@pytest.mark.parametrize(
    ("table", "column", "target", "target_column"),
    [
        ("code_system_aliases", "system", "code_systems", "system"),
        ("infection_codes", "infection_type", "class_crosswalk", "infection_type"),
        ("infection_codes", "site", "site_crosswalk", "code_site"),
        ("infection_codes", "second_site", "site_crosswalk", "code_site"),
        ("class_crosswalk", "infection_class", "infection_classes", "infection_class"),
        ("site_crosswalk", "site", "sites", "site"),
        ("specimen_classes", "site", "sites", "site"),
        ("specimen_sites", "specimen_class", "specimen_classes", "specimen_class"),
        ("micro_tests", "specimen_class", "specimen_classes", "specimen_class"),
        ("organisms", "infection_class", "infection_classes", "infection_class"),
        ("organisms", "recurrence_group", "recurrence_intervals", "recurrence_group"),
        ("infection_classes", "recurrence_group", "recurrence_intervals", "recurrence_group"),
    ],
)
def test_every_word_of_a_list_stands_in_the_list_it_points_to(value_sets, table, column, target, target_column):
    assert values(value_sets, table, column) - values(value_sets, target, target_column) == set()


@pytest.mark.parametrize(("table", "column"), [("infection_classes", "infection_class"), ("sites", "site")])
def test_crosswalks_are_total(value_sets, table, column):
    allowed = next(c.allowed_values for c in value_sets[table].columns if c.name == column)
    assert values(value_sets, table, column) == set(allowed)


def test_a_specimen_code_agrees_with_its_class(value_sets):
    classes = {r["specimen_class"]: r for r in value_sets["specimen_classes"].records()}
    for record in value_sets["specimen_sites"].records():
        expected = classes[record["specimen_class"]]
        for column in ("site", "sterile", "role"):
            assert record[column] == expected[column], record["code"]


def test_roles_of_infection_codes_are_consistent(value_sets):
    expected = {
        "add_on": (True, False), "severity": (True, False), "excluded": (False, False), "state": (False, False),
    }  # fmt: skip
    for record in value_sets["infection_codes"].records():
        role, code = record["role"], record["code"]
        if role in expected:
            assert (record["attaches"], record["stands_alone"]) == expected[role], code
        if role == "event":
            assert record["stands_alone"] is True, code
        assert (role == "conditional") == (record["condition_needed"] is not None), code
        if role in ("excluded", "state", "conditional"):
            assert record["not_counted_reason"], code
        assert (record["match"] == "exact") == (record["system"] == SNOMED), code


def test_every_product_of_an_infusion_has_a_text_rule(value_sets):
    labels = {r["label"] for r in value_sets["text_rules"].records() if r["concept"] == "cart_product"}
    assert values(value_sets, "infusions", "product") - labels == {"til"}
