"""The practice hospital is what the seed study needs: the same bytes, the right counts, every trap in its place."""

import ast
import json
import re
import sys
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fhir.resources.R4B import get_fhir_model_class

from ehr.practice import generator
from ehr.practice.generator.codes import codes
from ehr.practice.generator.seed_cohort import stories
from ehr.practice.hospital_files import generate

ZONE = ZoneInfo("Asia/Shanghai")
# Words in which the hospital would give the answer away.
OUR_WORDS = re.compile(
    r"stratum|episode|progress(ed|ion)|bridging|pre-?existing|counted|death_cause|look_?back|contaminant|colonis",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("practice") / "hospital"
    generate(path)
    return path


@pytest.fixture(scope="module")
def truth(folder):
    return json.loads((folder / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def records(folder):
    return [
        json.loads(line)
        for path in sorted(folder.glob("*.ndjson"))
        if path.name != "deletions.ndjson"
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


@pytest.fixture(scope="module")
def charts(records, truth):
    """Resources by story; the same story twice (decoys) are all of its patients."""
    by_story = {}
    for record in records:
        patient_id = patient_of(record)
        if patient_id and patient_id not in truth["merged"]:
            by_story.setdefault(truth["patients"][patient_id]["story"], []).append(record)
    return by_story


def patient_of(record):
    if record["resourceType"] == "Patient":
        return record["id"]
    return record.get("subject", {}).get("reference", "").removeprefix("Patient/")


def of_type(records, resource_type):
    return [record for record in records if record["resourceType"] == resource_type]


def has_code(concept, key):
    code = codes()[key]
    return any(
        coding.get("system") == code.system and coding.get("code") == code.code for coding in concept.get("coding", [])
    )


def local_day(text):
    if "T" not in text:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(ZONE).date()


def day_of(truth, record, text):
    return (local_day(text) - date.fromisoformat(truth["patients"][patient_of(record)]["day0_on"])).days


# --- the folder


def test_one_seed_gives_the_same_bytes(folder, tmp_path):
    generate(tmp_path / "again")
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "again").iterdir())
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_another_seed_moves_the_patients_and_not_the_figures(truth, tmp_path):
    generate(tmp_path / "other", seed=7)
    other = json.loads((tmp_path / "other" / "truth.json").read_text(encoding="utf-8"))
    assert other["summary"] == truth["summary"]
    assert not set(other["patients"]) & set(truth["patients"])


def test_files_are_the_owners_only(folder):
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_an_older_hospital_is_replaced_and_anything_else_is_kept(tmp_path):
    generate(tmp_path / "hospital", seed=1)
    generate(tmp_path / "hospital", seed=2)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(FileExistsError):
        generate(tmp_path / "mine")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hospital", "mine"]
    assert (tmp_path / "mine" / "thesis.txt").read_text(encoding="utf-8") == "years of work"


def test_versions_stand_oldest_first(folder):
    for path in folder.glob("[A-Z]*.ndjson"):
        stamps = [json.loads(line)["meta"]["lastUpdated"] for line in path.read_text(encoding="utf-8").splitlines()]
        assert stamps == sorted(stamps), path.name


# --- the figures


def test_the_seed_counts(truth):
    summary = truth["summary"]
    assert summary["infused"] == 90
    assert (summary["preexisting_yes"], summary["preexisting_no"]) == (34, 56)
    assert (summary["infected_early"], summary["infections_early"]) == (16, 17)
    assert summary["bacterial_early"] >= 9
    assert summary["infection_deaths_early"] == 2
    assert (summary["progressed"], summary["progressed_broad"]) == (11, 13)


def test_both_associations_are_positive_and_their_cells_add_up(truth):
    bridging = truth["summary"]["bridging_association"]
    assert sum(bridging.values()) == 56
    assert bridging["exposed_events"] * bridging["unexposed_without"] > (
        bridging["exposed_without"] * bridging["unexposed_events"]
    )
    release = truth["summary"]["crs_progression_association"]
    assert sum(release.values()) == 34
    assert release["exposed_events"] * release["unexposed_without"] > (
        release["exposed_without"] * release["unexposed_events"]
    )


def test_the_answers_per_patient_add_up_to_the_summary(truth):
    seed = [answer for answer in truth["patients"].values() if answer["in_cohort"]]
    assert len(seed) == 90
    free = [answer for answer in seed if answer["stratum"] == "no"]
    early = [sum(row["counted"] and row["window_name"] == "early" for row in answer["episodes"]) for answer in free]
    assert (len(free), sum(count > 0 for count in early), sum(early), max(early)) == (56, 16, 17, 2)
    assert sum(answer["progressed"] for answer in seed) == 11
    assert sum(answer["progressed"] for answer in free) == 0


def test_infusions_lie_between_june_2016_and_september_2019(truth):
    days = sorted(answer["day0_on"] for answer in truth["patients"].values() if answer["in_cohort"])
    assert days[0] >= "2016-06-01"
    assert days[0][:7] == "2016-06"
    assert days[-1] <= "2019-09-30"
    assert days[-1][:7] == "2019-09"


def test_everybody_of_the_ninety_is_complete_to_day_30(truth):
    for answer in truth["patients"].values():
        if answer["in_cohort"]:
            followed = date.fromisoformat(answer["follow_up_end_on"]) - date.fromisoformat(answer["day0_on"])
            assert followed >= timedelta(days=30) or answer["died_on"] == answer["follow_up_end_on"]


def test_others_are_out_for_every_reason(truth):
    reasons = Counter(a["exclusion_reason"] for a in truth["patients"].values() if not a["in_cohort"])
    assert set(reasons) == {"not_b_all", "t_lineage", "no_dated_infusion", "no_infusion"}
    assert sum(reasons.values()) == 910


def test_the_boundary_days_are_all_there(truth):
    days = {row["onset_day"] for answer in truth["patients"].values() for row in answer.get("episodes", [])}
    assert {-31, -30, -1, 0, 30, 31, 90, 91} <= days


def test_every_death_cause_and_criterion_is_told(truth):
    seed = [answer for answer in truth["patients"].values() if answer["in_cohort"]]
    assert {a["death_cause"] for a in seed} == {None, "infection", "probable_infection", "other", "unknown"}
    assert Counter(a["progression_criterion"] for a in seed if a["progressed"]) == {"c": 4, "b": 4, "g": 3}


@pytest.mark.parametrize("story", [story.key for story in stories()])
def test_the_last_contact_is_the_declared_one(charts, truth, story):
    """The last encounter, result or administration; for a death and a stopped clock something else decides."""
    records = charts[story]
    answer = truth["patients"][patient_of(records[0])]
    if answer["follow_up_end_reason"] == "last_contact":
        assert max(contact_days(records)).isoformat() == answer["follow_up_end_on"]
    elif answer["follow_up_end_reason"] == "death":
        died = [record["deceasedDateTime"] for record in of_type(records, "Patient") if "deceasedDateTime" in record]
        assert [local_day(text).isoformat() for text in died] == [answer["died_on"]] == [answer["follow_up_end_on"]]
    else:
        day0_on = date.fromisoformat(answer["day0_on"])
        assert max(contact_days(records)) >= day0_on + timedelta(days=90)


@pytest.mark.parametrize("story", [story.key for story in stories()])
def test_the_first_record_makes_the_declared_look_back(charts, truth, story):
    records = charts[story]
    answer = truth["patients"][patient_of(records[0])]
    recorded = [local_day(record["recordedDate"]) for record in of_type(records, "Condition")]
    first = min([*recorded, *contact_days(records, administrations=False)])
    days = (date.fromisoformat(answer["day0_on"]) - first).days
    assert min(days, 30) == answer["person_time"]["look_back"] >= 14


def contact_days(records, *, administrations=True):
    found = []
    for record in records:
        if record.get("status") in {"planned", "cancelled", "entered-in-error", "not-done"}:
            continue
        if record["resourceType"] == "Encounter":
            found.extend(record["period"].values())
        elif record["resourceType"] == "Observation" or (
            administrations and record["resourceType"] == "MedicationAdministration"
        ):
            found.extend([record["effectiveDateTime"]] if "effectiveDateTime" in record else [])
            found.extend(record.get("effectivePeriod", {}).values())
    return [local_day(text) for text in found]


def test_nothing_ends_before_it_begins_and_nothing_is_drawn_after_death(records, truth):
    for record in records:
        period = record.get("period") or record.get("effectivePeriod") or record.get("performedPeriod") or {}
        if "end" in period:
            assert datetime.fromisoformat(period["start"]) <= datetime.fromisoformat(period["end"])
        died_on = truth["patients"].get(patient_of(record), {}).get("died_on")
        if died_on and "effectiveDateTime" in record:
            assert local_day(record["effectiveDateTime"]).isoformat() <= died_on


# --- the resources


def test_the_generator_uses_the_standard_library_only():
    imported = set()
    for path in Path(generator.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                imported.add(node.module)
            elif isinstance(node, ast.Import):
                imported.update(alias.name for alias in node.names)
    assert {name.partition(".")[0] for name in imported if name} <= sys.stdlib_module_names


def shape_of(value):
    if isinstance(value, dict):
        return tuple(sorted((key, shape_of(inner)) for key, inner in value.items()))
    if isinstance(value, list):
        return tuple(sorted({shape_of(inner) for inner in value}, key=repr))
    return type(value).__name__ if not isinstance(value, str) else re.sub(r"\d", "9", value)[:12]


def test_every_shape_of_resource_is_valid(records):
    """One resource of each shape is enough; 16,000 would take a minute."""
    one_each = {(record["resourceType"], shape_of(record)): record for record in records}
    for (resource_type, _), record in one_each.items():
        get_fhir_model_class(resource_type).model_validate(record)


def test_ids_are_unique_and_say_nothing(records):
    versions = Counter((r["resourceType"], r["id"], r["meta"]["versionId"]) for r in records if "id" in r)
    assert set(versions.values()) == {1}
    assert all(re.fullmatch(r"[0-9a-f]{20}", record["id"]) for record in records if "id" in record)


def test_whoever_is_in_the_hospital_carries_the_sentinel(records):
    for patient in of_type(records, "Patient"):
        for text in (patient["name"][0]["family"], patient["identifier"][0]["value"], patient["text"]["div"]):
            assert "SENTINELPHI" in text
        assert patient["birthDate"].endswith("-02-29")
    for record in records:
        if "text" in record:
            assert "SENTINELPHI" in record["text"]["div"]
    everything = "\n".join(json.dumps(r) for r in records if r["resourceType"] != "Patient")
    assert "-02-29" not in everything


def test_no_resource_gives_the_answer_away(records):
    for record in records:
        assert not OUR_WORDS.search(json.dumps(record, ensure_ascii=False)), record["resourceType"]


def test_some_codes_are_the_hospitals_own(records):
    text = json.dumps(records)
    for system in ("procedure", "drug", "lab", "organism", "diagnosis"):
        assert f"urn:hospital:{system}" in text


def test_the_roster_names_everybody_the_unit_knows(folder, truth):
    listed = (folder / "roster.txt").read_text(encoding="utf-8").split()
    assert listed == sorted(set(listed))
    expected = {key for key, answer in truth["patients"].items() if answer["story"] != "ordinary"}
    assert set(listed) == expected
