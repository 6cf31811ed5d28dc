"""Changes of the practice hospital: the figures that each must move, their new value, and no other.

They land as a second small ingest on a copy of one loaded store: new versions and deletions, as a server sends them.
Every run lands them in groups of changes of different patients, the nightly one each change alone.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter, defaultdict
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ehr.plan import PullPlan
from ehr.sources import pull
from mappings.protocol import load_protocol
from mappings.value_sets import load_value_sets
from warehouse import Build, RunKey, load_landing, read_build

FIRST_PULL = datetime(2026, 1, 5, tzinfo=UTC)
SECOND_PULL = datetime(2026, 1, 12, tzinfo=UTC)
CHANGED_AT = "2026-01-10T08:00:00.000Z"
STUDY_ENDS_ON = date(2020, 1, 5)
DECOYS = ("t_lineage", "lymphoma", "refused", "other_cells")

BEFORE = {
    "infused": 90,
    "preexisting": (34, 90),
    "infected": (16, 56),
    "infections": 17,
    "died": (2, 56),
    "progressed": (11, 34),
    "progressed broadly": (13, 34),
    "bridging": (10, 12, 6, 26),
    "release syndrome": (7, 5, 4, 18),
    "person-days": (1654, 1702, 2533),
}
CELLS = ("exposed_events", "exposed_without", "unexposed_events", "unexposed_without")


class Ward:
    """The current records of the hospital, by story, and what one change makes of them."""

    def __init__(self, hospital) -> None:
        self.answers = {answer["story"]: (key, answer) for key, answer in hospital.truth["patients"].items()}
        kept = set(hospital.members) | {self.answers[story][0] for story in DECOYS}
        kept |= {double for double, survivor in hospital.truth.get("merged", {}).items() if survivor in kept}
        self.lines = [line for line in hospital.lines() if line_patient(line) in kept]
        needed = {reference for line in self.lines if (reference := medication_of(line))}
        self.lines += [line for line in hospital.lines() if f"Medication/{line.get('id')}" in needed]
        self.current = {(line["resourceType"], line["id"]): line for line in self.lines if "id" in line}
        self.deletions = [row for row in hospital.deletions() if self.current.pop(record_key(row), None)]

    def patient(self, story: str) -> str:
        return self.answers[story][0]

    def on(self, story: str, day: int) -> str:
        """The date of a day, counted from the day 0 of the truth."""
        return (date.fromisoformat(self.answers[story][1]["day0_on"]) + timedelta(days=day)).isoformat()

    def find(self, story: str, resource_type: str, code: str | None = None, day: int | None = None) -> list[dict]:
        """Records of a patient of one type that hold a code and fall on a day."""
        found = [
            line
            for (kind, _), line in self.current.items()
            if kind == resource_type
            and line_patient(line) == self.patient(story)
            and (code is None or f'"{code}"' in json.dumps(line))
            and (day is None or self.on(story, day) in json.dumps(line))
        ]
        assert found, (story, resource_type, code, day)
        return found

    def specimen(self, observation: dict) -> dict:
        return self.current["Specimen", observation["specimen"]["reference"].removeprefix("Specimen/")]


def record_key(deletion):
    return deletion["resource_type"], deletion["resource_id"]


def line_patient(line):
    reference = line.get("subject", {}).get("reference", "")
    return line.get("id") if line["resourceType"] == "Patient" else reference.removeprefix("Patient/")


def medication_of(line):
    return line.get("medicationReference", {}).get("reference")


def revised(line, **elements):
    """A later version with these elements."""
    version = str(int(line["meta"]["versionId"]) + 1)
    return {**deepcopy(line), **elements, "meta": {"versionId": version, "lastUpdated": CHANGED_AT}}


def moved(line, days):
    """A later version in which every date is some days later."""
    return revised(line, **shifted({key: value for key, value in line.items() if key != "meta"}, days))


def shifted(node, days):
    if isinstance(node, dict):
        return {key: shifted(value, days) for key, value in node.items()}
    if isinstance(node, str) and node[4:5] == "-" and node[7:8] == "-" and node[:4].isdigit():
        return (date.fromisoformat(node[:10]) + timedelta(days=days)).isoformat() + node[10:]
    return node


def added(line, **elements):
    """Another record like this one."""
    return {**revised(line, **elements), "id": f"added-{line['id']}"}


def deleted(line):
    return {"resource_type": line["resourceType"], "resource_id": line["id"], "deleted_at": CHANGED_AT}


def coded(line, element, system, code):
    """A later version with another code and no other word."""
    return revised(line, **{element: {"coding": [{"system": system, "code": code}]}})


def with_verification(line, status):
    changed = revised(line)
    changed["verificationStatus"]["coding"][0]["code"] = status
    return changed


ATC = "http://www.whocc.no/atc"
SNOMED = "http://snomed.info/sct"
KLEBSIELLA, EPIDERMIDIS, FAECALIS, MITIS = "56415008", "60875001", "78065002", "57997003"
ICD_10 = "http://hl7.org/fhir/sid/icd-10"


def drop_a_culture(ward):
    return [deleted(line) for line in ward.find("viridans_once", "Observation", MITIS, 8)]


def draw_a_second_set_of_skin_flora(ward):
    [culture] = ward.find("one_set", "Observation", EPIDERMIDIS)
    specimen = added(moved(ward.specimen(culture), 1))
    return [specimen, added(moved(culture, 1), specimen={"reference": f"Specimen/{specimen['id']}"})]


def move_an_infusion_by_a_day(ward):
    [infusion] = ward.find("day_31", "Procedure", "XW043C3")
    return [moved(infusion, 1)]


def refute_the_pneumonia_that_makes_sputum_count(ward):
    [pneumonia] = ward.find("pneumonia_pseudomonas", "Condition", "J15.1")
    return [with_verification(pneumonia, "refuted")]


def certify_another_death(ward):
    [cause] = ward.find("mrsa_death", "Observation", "69453-9")
    return [coded(cause, "valueCodeableConcept", ICD_10, "C91.0")]


def certify_a_death_of_leukaemia_in_words(ward):
    [cause] = ward.find("acinetobacter_death", "Observation", "69453-9")
    return [revised(cause, valueString="Relapsed acute leukemia")]


def certify_that_it_was_not_the_old_infection(ward):
    [cause] = ward.find("pseudomonas_death", "Observation", "69453-9")
    return [coded(cause, "valueCodeableConcept", ICD_10, "C91.0")]


def amend_a_result_to_negative(ward):
    [result] = ward.find("influenza", "Observation", "85477-8")
    return [{**coded(result, "valueCodeableConcept", SNOMED, "260415000"), "status": "amended"}]


def lower_a_viral_load(ward):
    [load] = ward.find("cmv_level", "Observation", "72493-0", 22)
    return [revised(load, valueQuantity={**load["valueQuantity"], "value": 999})]


def draw_a_culture_a_day_earlier(ward):
    drawn_on = ward.on("ecoli_twice", 15)
    cultures = [
        line
        for line in ward.find("ecoli_twice", "Observation", day=15)
        if "specimen" in line and line["effectiveDateTime"].startswith(drawn_on)
    ]
    return [*(moved(line, -1) for line in cultures), moved(ward.specimen(cultures[0]), -1)]


def treat_a_colonised_urine(ward):
    return [given(ward, "colonised_urine", "J01XA01", 16)]


def given(ward, story, atc_code, day):
    """A drug given once, like another one of the patient."""
    like = next(line for line in ward.find(story, "MedicationAdministration", "L01BB05") if "effectiveDateTime" in line)
    drug = {"coding": [{"system": ATC, "code": atc_code}]}
    return added(like, medicationCodeableConcept=drug, effectiveDateTime=f"{ward.on(story, day)}T09:00:00+08:00")


def untreat_a_sputum(ward):
    return [deleted(line) for line in ward.find("sputum_treated", "MedicationAdministration", "J01DD62")]


def grade_a_release_syndrome_2_instead_of_3(ward):
    [grade] = ward.find("ecoli_again", "Observation", "crs-grade", 2)
    return [revised(grade, valueInteger=2)]


def grade_away_what_explained_a_vasopressor(ward):
    [grade] = ward.find("persisting", "Condition", "D89.833")
    return [coded(grade, "code", "http://hl7.org/fhir/sid/icd-10-cm", "D89.832")]


def bridge_with_fludarabine_and_cyclophosphamide(ward):
    doses = ward.find("ecoli_copies", "MedicationAdministration", "L01BC01")
    return [
        coded(dose, "medicationCodeableConcept", ATC, ("L01BB05", "L01AA01")[number % 2])
        for number, dose in enumerate(doses)
    ]


def bridge_with_a_third_drug(ward):
    return [given(ward, "day_91", "L01CB01", -29)]


def end_the_contact_on_day_29(ward):
    last = [
        *ward.find("seen_for_20_days", "Encounter", day=30),
        *ward.find("seen_for_20_days", "Observation", day=30),
    ]
    return [moved(line, -1) for line in last]


def find_t_lineage(ward):
    [leukaemia] = ward.find("cmv_level", "Condition", "C91.0")
    return [added(leukaemia, code={"text": "T-cell acute lymphoblastic leukemia"})]


def lose_the_negative_set_between(ward):
    specimens = [line["id"] for line in ward.find("faecium_again", "Specimen", day=-1)]
    [negative] = [
        line
        for line in ward.find("faecium_again", "Observation", "600-7")
        if line["specimen"]["reference"].removeprefix("Specimen/") in specimens and "264868006" in json.dumps(line)
    ]
    return [deleted(negative)]


def find_another_organism_in_blood(ward):
    [blood] = ward.find("lung_to_blood", "Observation", "600-7", 4)
    return [coded(blood, "valueCodeableConcept", SNOMED, KLEBSIELLA)]


def withdraw_the_second_product(ward):
    [second] = [line for line in ward.find("second_product", "Procedure") if "CD22" in json.dumps(line)]
    return [revised(second, status="entered-in-error")]


def refuse_the_infusion(ward):
    [infusion] = ward.find("day_90", "Procedure", "XW043C3")
    return [revised(infusion, status="not-done")]


def draw_the_old_culture_a_day_later(ward):
    [culture] = ward.find("day_minus_31", "Observation", KLEBSIELLA)
    return [moved(culture, 1), moved(ward.specimen(culture), 1)]


def close_a_mould_infection_before_the_look_back(ward):
    [mould] = ward.find("mould_closed", "Condition", "B44.1")
    return [revised(mould, abatementDateTime=ward.on("mould_closed", -31))]


def one_more_with_infection_before(**cells):
    return {"preexisting": (35, 90), "infected": (16, 55), "died": (2, 55), **cells}


def one_less_with_infection_before(**cells):
    return {
        "preexisting": (33, 90),
        "infected": (16, 57),
        "died": (2, 57),
        "progressed": (11, 33),
        "progressed broadly": (13, 33),
        "person-days": (1684, 1733, 2593),
        **cells,
    }


CASES = {
    drop_a_culture: {"infected": (15, 56), "infections": 16, "bridging": (9, 13, 6, 26)},
    draw_a_second_set_of_skin_flora: {"infected": (17, 56), "infections": 18, "bridging": (10, 12, 7, 25)},
    # The culture of day 31 is now of day 30; the last visit of day 90 is now of day 89.
    move_an_infusion_by_a_day: {
        "infected": (17, 56), "infections": 18, "bridging": (11, 11, 6, 26), "person-days": (1654, 1702, 2532),
    },
    refute_the_pneumonia_that_makes_sputum_count: {
        "infected": (15, 56), "infections": 16, "bridging": (10, 12, 5, 27),
    },
    certify_another_death: {"died": (1, 56)},
    certify_a_death_of_leukaemia_in_words: {"died": (1, 56)},
    certify_that_it_was_not_the_old_infection: {
        "progressed": (10, 34), "progressed broadly": (12, 34), "release syndrome": (6, 6, 4, 18),
    },
    # The common cold that is left is presumed viral: listed.
    amend_a_result_to_negative: {"infected": (15, 56), "infections": 16, "bridging": (10, 12, 5, 27)},
    lower_a_viral_load: {"infected": (15, 56), "infections": 16, "bridging": (10, 12, 5, 27)},
    # Gap 6 instead of 7: the second infection is the first one still.
    draw_a_culture_a_day_earlier: {"infections": 16},
    treat_a_colonised_urine: {"infected": (17, 56), "infections": 18, "bridging": (10, 12, 7, 25)},
    untreat_a_sputum: one_less_with_infection_before(
        **{"bridging": (10, 13, 6, 26), "release syndrome": (7, 4, 4, 18)}
    ),
    grade_a_release_syndrome_2_instead_of_3: {"release syndrome": (6, 5, 5, 18)},
    # Without severe release the vasopressor is the infection's: the broad outcome gains what the exposure loses.
    grade_away_what_explained_a_vasopressor: {"progressed broadly": (14, 34), "release syndrome": (7, 4, 4, 19)},
    bridge_with_fludarabine_and_cyclophosphamide: {"bridging": (9, 12, 7, 26)},
    bridge_with_a_third_drug: {"bridging": (10, 13, 6, 25)},
    end_the_contact_on_day_29: {"infected": (16, 55), "died": (2, 55), "person-days": (1654, 1701, 2533)},
    find_t_lineage: {
        "infused": 89, "preexisting": (34, 89), "infected": (15, 55), "infections": 16, "died": (2, 55),
        "bridging": (10, 12, 5, 26), "person-days": (1624, 1671, 2473),
    },
    lose_the_negative_set_between: {
        "progressed": (10, 34), "progressed broadly": (12, 34), "release syndrome": (7, 5, 3, 19),
    },
    # Not worse any more, so that the severe release on day 6 comes before nothing: exposed.
    find_another_organism_in_blood: {
        "progressed": (10, 34), "progressed broadly": (12, 34), "release syndrome": (7, 6, 3, 18),
    },
    # What was its lymphodepletion is the next therapy now: the days end on day 18.
    withdraw_the_second_product: {"person-days": (1654, 1690, 2473)},
    refuse_the_infusion: {
        "infused": 89, "preexisting": (34, 89), "infected": (16, 55), "died": (2, 55), "bridging": (10, 12, 6, 25),
        "person-days": (1624, 1671, 2473),
    },
    draw_the_old_culture_a_day_later: one_more_with_infection_before(
        **{"progressed": (11, 35), "progressed broadly": (13, 35), "bridging": (10, 12, 6, 25),
           "release syndrome": (7, 5, 4, 19), "person-days": (1624, 1671, 2473)}
    ),
    close_a_mould_infection_before_the_look_back: one_less_with_infection_before(
        **{"bridging": (10, 13, 6, 26), "release syndrome": (7, 5, 4, 17)}
    ),
}  # fmt: skip


def tag_a_record(ward):
    [culture] = ward.find("one_set", "Observation", EPIDERMIDIS)
    tagged = revised(culture, extension=[{"url": "urn:example:infection", "valueBoolean": True}])
    tagged["meta"]["tag"] = [{"system": "urn:example:surveillance", "code": "hospital-acquired-infection"}]
    return [tagged]


def measure_something_else(ward):
    [culture] = ward.find("colonised_urine", "Observation", FAECALIS)
    haemoglobin = {"coding": [{"system": "http://loinc.org", "code": "718-7"}]}
    quantity = {"value": 9.1, "unit": "g/dL", "system": "http://unitsofmeasure.org", "code": "g/dL"}
    other = added(culture, code=haemoglobin, valueQuantity=quantity)
    return [{name: value for name, value in other.items() if name not in {"valueCodeableConcept", "specimen"}}]


def send_everything_of_a_patient_twice(ward):
    key = ward.patient("ecoli_copies")
    return [line for line in ward.lines if line_patient(line) == key] * 2


def touch_every_record_of_a_patient(ward):
    key = ward.patient("ecoli_twice")
    return [revised(line) for line in ward.current.values() if line_patient(line) == key]


def treat_a_colonised_urine_with_what_does_not_fit(ward):
    return [given(ward, "colonised_urine", "J05AB06", 16)]


NOTHING = (
    tag_a_record,
    measure_something_else,
    send_everything_of_a_patient_twice,
    touch_every_record_of_a_patient,
    treat_a_colonised_urine_with_what_does_not_fit,
)


@pytest.fixture(scope="module")
def ward(hospital) -> Ward:
    return Ward(hospital)


@pytest.fixture(scope="module")
def loaded(ward, tmp_path_factory) -> Path:
    """A store with the first pull of the ward."""
    home = tmp_path_factory.mktemp("before")
    land(home, [*ward.lines, *ward.deletions], at=FIRST_PULL)
    return home / "store"


@pytest.fixture(scope="module")
def run() -> RunKey:
    """One key for all builds: each stands in a store of its own."""
    return RunKey(
        as_of=SECOND_PULL,
        data_date=STUDY_ENDS_ON,
        time_zone="Asia/Shanghai",
        protocol=load_protocol("car-t-b-all"),
        value_sets=load_value_sets(),
        software_version="mutations",
    )


@pytest.fixture
def figures_after(ward, loaded, run, tmp_path):
    """Makes the figures after a change, on a copy of the store."""

    def make(change):
        shutil.copytree(loaded, tmp_path / "store")
        land(tmp_path, change(ward), at=SECOND_PULL)
        return headline(tmp_path / "store", run)

    return make


def land(home, rows, *, at):
    """Pull a folder of these rows, versions and deletions, and load it."""
    source = home / "source"
    source.mkdir()
    files = defaultdict(list)
    for row in rows:
        files[row.get("resourceType", "deletions")].append(json.dumps(row, ensure_ascii=False))
    for name, lines in files.items():
        (source / f"{name}.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if list(files) == ["deletions"]:
        (source / "Basic.ndjson").touch()
    pull(PullPlan(source="folder", folder=source), home / "landing", clock=lambda: at)
    load_landing(home / "store", home / "landing", threads=1)


def headline(store, run):
    """The figures of the summary out of the counts of a new build."""
    build = Build(store, run, threads=1)
    for station in (build.stage, build.cohort, build.counts):
        station()
    counted = read_build(store, run.run_id, "counts.proportions", infection_class="all").to_dict("records")
    cells = {(row["measure"], row["stratum"], row["window_name"]): row for row in counted}
    tables = read_build(store, run.run_id, "counts.two_by_two").set_index("exposure").to_dict("index")
    days = read_build(store, run.run_id, "counts.infections", stratum="no", infection_class="all")
    in_window = dict(zip(days["window_name"], days["person_days"], strict=True))
    infused = next(row for key, row in cells.items() if key[:2] == ("patients_infused", "all"))
    return {
        "infused": infused["numerator"],
        "preexisting": proportion(cells["preexisting_infection_proportion", "all", "look_back"]),
        "infected": proportion(cells["infected_proportion", "no", "early"]),
        "infections": cells["infection_events", "no", "early"]["numerator"],
        "died": proportion(cells["infection_death_proportion", "no", "early"]),
        "progressed": proportion(cells["progression_proportion", "yes", "early"]),
        "progressed broadly": proportion(cells["progression_broad_proportion", "yes", "early"]),
        "bridging": tuple(tables["bridging_other_than_fc"][cell] for cell in CELLS),
        "release syndrome": tuple(tables["crs_grade_3_exposure"][cell] for cell in CELLS),
        "person-days": tuple(in_window[name] for name in ("look_back", "early", "late")),
    }


def proportion(row):
    return row["numerator"], row["denominator"]


@pytest.fixture(scope="module")
def unchanged(loaded, run, tmp_path_factory):
    """The store of the first pull with its build, and the figures of that."""
    store = tmp_path_factory.mktemp("unchanged") / "store"
    shutil.copytree(loaded, store)
    return store, headline(store, run)


def test_the_ward_without_the_rest_of_the_hospital_gives_the_same_figures(unchanged):
    assert unchanged[1] == BEFORE


def test_the_figures_do_not_hang_on_words_tags_or_extensions(ward, unchanged, run, tmp_path):
    removed = Counter()
    kept = [line for line in ward.lines if "id" not in line or (line["resourceType"], line["id"]) in ward.current]
    land(tmp_path, [stripped(line, removed) for line in kept], at=FIRST_PULL)
    assert removed["display"] > 7_000
    assert removed["text"] > 200
    assert headline(tmp_path / "store", run) == BEFORE
    for relation in ("cohort.episodes", "counts.infections", "counts.proportions", "counts.two_by_two"):
        bare, usual = (read_build(store, run.run_id, relation) for store in (tmp_path / "store", unchanged[0]))
        assert bare.equals(usual), relation


def stripped(node, removed):
    """A resource without narrative, tags, extensions and words beside codes that somebody else than we defined."""
    if isinstance(node, list):
        return [stripped(item, removed) for item in node]
    if not isinstance(node, dict):
        return node
    unwanted = {"extension", "tag"}
    if "div" in (node.get("text") or {}) or any(is_known(coding) for coding in codings(node)):
        unwanted.add("text")
    if is_known(node):
        unwanted.add("display")
    removed.update(unwanted & node.keys())
    return {name: stripped(value, removed) for name, value in node.items() if name not in unwanted}


def codings(node):
    found = node.get("coding")
    return found if isinstance(found, list) else []


def is_known(coding):
    return "code" in coding and not str(coding.get("system", "urn:hospital:")).startswith("urn:hospital:")


def steps(expected):
    """What a change adds to each cell of the figures, cells that stay left out."""
    found = {}
    for name, cells in expected.items():
        pairs = zip(as_cells(cells), as_cells(BEFORE[name]), strict=True)
        found |= {(name, place): after - before for place, (after, before) in enumerate(pairs) if after != before}
    return found


def as_cells(value):
    return value if isinstance(value, tuple) else (value,)


def after_all(changes):
    """The figures after changes of different patients: each adds its own steps."""
    cells = {name: list(as_cells(value)) for name, value in BEFORE.items()}
    for change in changes:
        for (name, place), step in steps(CASES.get(change, {})).items():
            cells[name][place] += step
    return {name: tuple(found) if isinstance(BEFORE[name], tuple) else found[0] for name, found in cells.items()}


def patients_of(ward, change):
    """Whom a change is about."""
    rows = change(ward)
    return {
        line_patient(ward.current[record_key(row)] if "resource_type" in row else row)
        for row in rows
        if row.get("resourceType") != "Medication"
    }


def groups(ward):
    """Every change in a group of changes of other patients, none of which moves a cell the other way."""
    found = []
    for change in (*CASES, *NOTHING):
        patients, moved_by = patients_of(ward, change), steps(CASES.get(change, {}))
        for group in found:
            apart = patients.isdisjoint(group["patients"])
            if apart and all(step * group["steps"].get(cell, 0) >= 0 for cell, step in moved_by.items()):
                break
        else:
            group = {"changes": [], "patients": set(), "steps": {}}
            found.append(group)
        group["changes"].append(change)
        group["patients"] |= patients
        group["steps"] |= moved_by
    return [group["changes"] for group in found]


def test_changes_that_arrive_together_move_the_figures_by_the_sum_and_no_other(ward, loaded, run, tmp_path):
    """What one change fails to move no other of its group can move back: all steps of a cell have one sign."""
    for number, changes in enumerate(groups(ward)):
        home = tmp_path / str(number)
        shutil.copytree(loaded, home / "store")
        land(home, [row for change in changes for row in change(ward)], at=SECOND_PULL)
        names = [change.__name__ for change in changes]
        assert headline(home / "store", run) == after_all(changes), names


@pytest.mark.nightly
@pytest.mark.parametrize("change", CASES, ids=lambda change: change.__name__)
def test_one_change_moves_its_figures_and_no_other(figures_after, change):
    assert figures_after(change) == {**BEFORE, **CASES[change]}


@pytest.mark.nightly
@pytest.mark.parametrize("change", NOTHING, ids=lambda change: change.__name__)
def test_what_says_nothing_new_moves_nothing(figures_after, change):
    assert figures_after(change) == BEFORE
