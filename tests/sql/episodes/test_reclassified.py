"""What a person says of the class of an episode goes through everything that counts it."""

import pytest

from tests.sql.episodes.conftest import Ward

DECISIONS = "episode_id | evidence_hash | verdict | reclassified_to | decided_at"


def decided(ward: Ward, *answers: tuple[str, str, str]) -> None:
    [(episode_id, evidence_hash)] = ward.episodes("episode_id", "evidence_hash")
    lines = [f"{episode_id} | {evidence_hash} | {' | '.join(answer)}" for answer in answers]
    ward.store.given("ops.verdicts", "\n".join([DECISIONS, *lines]))


@pytest.mark.parametrize(
    ("given", "expected", "label"),
    [
        ("viral_resp", ["viral_resp"], "viral"),
        ("fungal", ["fungal_other"], "fungal"),
        ("mycobacterial", ["mycobacterial"], "mycobacterial"),
        ("no such class", ["bacterial_gn"], "bacterial"),
    ],
)
def test_the_class_a_person_gives_is_the_class(ward: Ward, given: str, expected: list[str], label: str) -> None:
    ward.results("day | organism\n5 | ecoli")
    decided(ward, ("reclassify", given, "2020-01-02T00:00:00Z"))
    columns = ("counted", "infection_class", "headline_label", "organisms")
    assert ward.episodes(*columns) == [(True, expected, label, ["Escherichia coli"])]


def test_the_figures_count_it_under_the_class_that_it_was_given(ward: Ward) -> None:
    ward.results("day | organism\n5 | ecoli")
    decided(ward, ("reclassify", "viral", "2020-01-02T00:00:00Z"))
    ward.build("cohort.episodes", "cohort.counted_infections")
    assert ward.store.rows("cohort.counted_infections", ["label"]) == [("all",), ("viral",)]


def test_the_grade_is_that_of_the_class_that_it_was_given(ward: Ward) -> None:
    ward.results("day | organism\n5 | ecoli")
    [(before,)] = ward.episodes("severity_grade")
    decided(ward, ("reclassify", "fungal_yeast", "2020-01-02T00:00:00Z"))
    assert (before, ward.episodes("severity_grade")) == (2, [(3,)])


def test_each_question_keeps_its_own_last_answer(ward: Ward) -> None:
    ward.results("day | organism | not_counted\n5 | hominis | possible_contaminant_treated")
    decided(
        ward,
        ("reject", "", "2020-01-01T00:00:00Z"),
        ("confirm", "", "2020-01-02T00:00:00Z"),
        ("reclassify", "viral_resp", "2020-01-03T00:00:00Z"),
        ("reclassify", "fungal_yeast", "2020-01-04T00:00:00Z"),
        ("reclassify", "death_of_other_cause", "2020-01-05T00:00:00Z"),
    )
    ward.dies(20)
    assert ward.episodes("counted", "infection_class") == [(True, ["fungal_yeast"])]
    assert ward.store.rows("cohort.death_causes", ["death_cause"]) == [("other",)]


def test_a_class_given_on_other_evidence_is_not_taken_over(ward: Ward) -> None:
    ward.results("day | organism\n5 | ecoli")
    decided(ward, ("reclassify", "viral", "2020-01-02T00:00:00Z"))
    ward.results("day | organism\n5 | ecoli\n6 | ecoli")
    assert ward.episodes("infection_class") == [(["bacterial_gn"],)]
