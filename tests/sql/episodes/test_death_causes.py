"""What a patient died of (definitions 1.6, rules D34)."""

import pytest

from tests.sql.episodes.conftest import Ward

ICD = "http://hl7.org/fhir/sid/icd-10"
CAUSE = "Observation | d1 | code  | http://loinc.org | 79378-6"


def cause(ward: Ward, *codes: str, text: str = "") -> None:
    """A certificate with these ICD codes, or with words only."""
    codings = "".join(f"\nObservation | d1 | value | {ICD} | {code}" for code in codes)
    ward.give("cohort.codings", f"resource_type | resource_id | element | system | code\n{CAUSE}{codings}")
    ward.give("cohort.kept_resources", "resource_type | resource_id\nObservation | d1")
    ward.give("cohort.texts", f"resource_type | resource_id | element | text\nObservation | d1 | value | {text}")


def cause_of_death(ward: Ward) -> tuple[object, ...]:
    """The cause and whether words said it."""
    ward.build("cohort.death_causes")
    return ward.store.rows("cohort.death_causes", ["death_cause", "by_text"])[0]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [(["A41.5"], "infection"), (["C91.0", "A41.5"], "infection"), (["R57.2"], "infection"), (["B96.5"], "infection"),
     (["C91.0"], "other"), (["B18.1"], "other")],
)  # fmt: skip
def test_any_coded_cause_that_is_an_infection_decides(ward: Ward, codes: list[str], expected: str) -> None:
    ward.dies(15)
    cause(ward, *codes)
    assert cause_of_death(ward) == (expected, False)


def test_words_alone_say_infection_and_are_flagged(ward: Ward) -> None:
    ward.dies(15)
    cause(ward, text="Sepsis")
    assert cause_of_death(ward) == ("infection", True)


def test_words_that_deny_infection_are_another_cause(ward: Ward) -> None:
    ward.dies(15)
    cause(ward, text="relapse, no evidence of infection")
    assert cause_of_death(ward) == ("other", False)


def test_words_beside_a_known_code_are_not_read(ward: Ward) -> None:
    ward.dies(15)
    cause(ward, "C91.0", text="Sepsis")
    assert cause_of_death(ward) == ("other", False)


@pytest.mark.parametrize(("on", "expected"), [(15, "probable_infection"), (17, "probable_infection"), (18, "unknown")])
def test_an_active_episode_without_recorded_cause_is_probable(ward: Ward, on: int, expected: str) -> None:
    ward.results("day | organism\n3 | ecoli")
    ward.dies(on)
    assert cause_of_death(ward) == (expected, False)


def test_treatment_keeps_an_episode_active(ward: Ward) -> None:
    ward.results("day | organism\n3 | ecoli")
    ward.treatments("start | last\n4 | 10")
    ward.dies(18)
    assert cause_of_death(ward) == ("probable_infection", False)


def test_a_certified_relapse_stands_beside_a_positive_blood_culture(ward: Ward) -> None:
    ward.results("day | organism\n14 | ecoli")
    ward.dies(15)
    cause(ward, "C91.0")
    assert cause_of_death(ward) == ("other", False)


def test_fatal_crs_is_another_cause(ward: Ward) -> None:
    ward.results("day | organism\n3 | ecoli")
    ward.give("cohort.toxicity_grades", "concept | graded_on | grade\ncrs | 5 | 5")
    ward.dies(5)
    assert cause_of_death(ward) == ("other", False)


def test_a_listed_contaminant_makes_no_probable_infection(ward: Ward) -> None:
    ward.results("day | organism | not_counted\n14 | hominis | contaminant")
    ward.dies(15)
    assert cause_of_death(ward) == ("unknown", False)


def test_nobody_alive_has_a_cause(ward: Ward) -> None:
    ward.build("cohort.death_causes")
    assert ward.store.rows("cohort.death_causes", ["patient_id"]) == []


def test_a_code_that_says_only_cause_unknown_is_no_cause(ward: Ward) -> None:
    ward.results("day | organism\n14 | ecoli")
    ward.dies(15)
    cause(ward, "R99")
    ward.store.connection.execute("update cohort.codings set system = system || '-cm' where element = 'value'")
    ward.store.wrote("cohort.codings")
    assert cause_of_death(ward) == ("probable_infection", False)


@pytest.mark.parametrize(
    ("verdict", "expected"), [("death_of_infection", "infection"), ("death_of_other_cause", "other")]
)
def test_a_verdict_goes_before_every_rule(ward: Ward, verdict: str, expected: str) -> None:
    ward.results("day | organism\n14 | ecoli")
    ward.dies(15)
    ward.decides("confirm", verdict)
    assert cause_of_death(ward) == (expected, False)
