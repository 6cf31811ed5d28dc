"""What waits for a person: listed for a verdict, codes for review, deaths whose cause is open."""

import pytest

from tests.sql.episodes.conftest import Ward

CODED = "patient_id | is_infection:BOOLEAN | by_text:BOOLEAN | resource_type | resource_id | system | code | site"


def cases(ward: Ward) -> list[tuple[object, ...]]:
    ward.build("cohort.episodes", "cohort.death_causes", "cohort.open_cases")
    return ward.store.rows("cohort.open_cases", ["kind", "case_day", "reason"])


@pytest.mark.parametrize(
    ("reason", "waits"),
    [
        ("possible_contaminant_treated", True),
        ("fungal_candidate", True),
        ("contaminant", False),
        ("colonisation_or_unknown", False),
    ],
)
def test_what_is_listed_for_a_verdict_waits_for_one(ward: Ward, reason: str, waits: bool) -> None:
    ward.results(f"day | organism | not_counted\n5 | hominis | {reason}")
    assert cases(ward) == ([("episode", 5, reason)] if waits else [])


def test_what_no_window_holds_waits_for_nobody(ward: Ward) -> None:
    ward.results("day | organism | not_counted\n95 | hominis | possible_contaminant_treated")
    assert cases(ward) == []


@pytest.mark.parametrize(("verdict", "waits"), [("confirm", False), ("reject", False), ("reclassify", True)])
def test_a_yes_or_no_ends_the_case_and_a_class_does_not(ward: Ward, verdict: str, waits: bool) -> None:
    ward.results("day | organism | not_counted\n5 | hominis | possible_contaminant_treated")
    ward.decides(verdict, "viral" if verdict == "reclassify" else "")
    assert bool(cases(ward)) == waits


def test_an_episode_of_codes_for_review_is_counted_and_waits(ward: Ward) -> None:
    ward.conditions("day | site | review\n5 | CNS | true")
    assert ward.counted("onset_day") == [(5,)]
    assert cases(ward) == [("episode", 5, "code_for_review")]


def test_a_result_beside_a_code_for_review_asks_nobody(ward: Ward) -> None:
    ward.results("day | organism | site\n5 | ecoli | CNS")
    ward.conditions("day | site | review\n5 | CNS | true")
    assert cases(ward) == []


def test_a_death_with_an_active_episode_waits_for_a_verdict_on_it(ward: Ward) -> None:
    ward.results("day | organism\n5 | ecoli\n14 | faecium")
    ward.dies(20)
    assert cases(ward) == [("death", 20, "probable_infection")]
    identities = dict(ward.store.rows("cohort.episodes", ["onset_day", "episode_id"]))
    assert ward.store.rows("cohort.open_cases", ["episode_id"]) == [(identities[14],)]


def test_a_verdict_on_the_death_ends_it(ward: Ward) -> None:
    ward.results("day | organism\n5 | ecoli")
    ward.decides("reclassify", "death_of_infection")
    ward.dies(12)
    assert cases(ward) == []


def test_a_death_after_the_windows_waits_for_nobody(ward: Ward) -> None:
    ward.results("day | organism\n88 | ecoli")
    ward.dies(91)
    assert cases(ward) == []


@pytest.mark.parametrize(
    ("records", "fatal", "waits"),
    [
        ("p1 | true | false | Observation | a\np1 | false | false | Observation | b", False, False),
        ("p1 | true | true | Observation | a\np1 | false | false | Observation | b", False, True),
        ("p1 | true | false | Observation | a", True, True),
        ("p1 | false | false | Observation | a", True, False),
        ("p1 | true | true | Observation | a", False, False),
    ],
)
def test_causes_conflict_by_words_against_codes_or_by_fatal_toxicity(
    ward: Ward, records: str, fatal: bool, waits: bool
) -> None:
    ward.dies(12)
    lines = [f"{line} | null | null | null" for line in records.splitlines()]
    ward.give_all("cohort.death_cause_items", "\n".join([CODED, *lines]))
    if fatal:
        ward.give("cohort.toxicity_grades", "concept | graded_on | grade\ncrs | 11 | 5")
    assert cases(ward) == ([("death", 12, "conflicting_causes")] if waits else [])
