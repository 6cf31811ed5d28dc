"""Virus in the blood: counted only if it means something (definitions 5.7, rules D24, D25)."""

import pytest

from tests.sql.episodes.conftest import Ward

HEADER = "day | organism | kind | target | quantity | unit_kind\n"


def load(day: int, quantity: str, unit: str = "iu", virus: str = "cmv") -> str:
    """One line of a viral load in blood."""
    return f"{day} | {virus} | viral_load | {virus} | {quantity} | {unit}\n"


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        (load(10, "999"), False),
        (load(10, "1000"), True),
        (load(10, "2.999", "log_iu"), False),
        (load(10, "3", "log_iu"), True),
        (load(10, "5000", "copies"), False),
        (load(10, "1000", "copies", "adenovirus"), True),
        (load(10, "999", "copies", "adenovirus"), False),
        (load(10, "500000", "copies", "bk"), False),
    ],
)
def test_a_level_counts_in_its_own_unit_only(ward: Ward, line: str, *, counts: bool) -> None:
    ward.results(HEADER + line)
    expected = None if counts else "dnaemia_not_treated"
    assert ward.episodes("onset_day", "site", "not_counted_reason") == [(10, ["blood"], expected)]


@pytest.mark.parametrize(("start", "counts"), [(36, False), (37, True), (54, True), (55, False)])
def test_treatment_from_three_days_before_to_fourteen_after_makes_it_count(
    ward: Ward, start: int, *, counts: bool
) -> None:
    ward.results(HEADER + load(40, "300"))
    ward.treatments(f"start | last | target\n{start} | 70 | cmv")
    assert len(ward.counted("onset_day")) == int(counts)


def test_prophylaxis_is_no_treatment(ward: Ward) -> None:
    ward.results(HEADER + load(40, "300"))
    ward.treatments("start | last | target | intent\n41 | 70 | cmv | prophylaxis")
    assert ward.listed("onset_day") == [(40, "dnaemia_not_treated")]


def test_the_onset_is_the_specimen_that_qualifies(ward: Ward) -> None:
    ward.results(HEADER + load(24, "250") + load(38, "1800"))
    rows = ward.counted("onset_day", "window_name", "rule", "documentation")
    assert rows == [(38, "late", "dnaemia_level", "MDI_other")]


def test_an_end_organ_code_joins_and_qualifies(ward: Ward) -> None:
    ward.results(HEADER + load(24, "250") + load(31, "300"))
    ward.conditions("day | site | organism\n33 | GI | cmv")
    assert ward.counted("onset_day", "site", "rule") == [(24, ["GI", "blood"], "dnaemia_condition")]


def test_sixty_days_decide_same_or_new(ward: Ward) -> None:
    ward.results(HEADER + load(8, "2000") + load(67, "2000"))
    assert ward.counted("onset_day") == [(8,)]
    ward.results(HEADER + load(8, "2000") + load(68, "2000"))
    assert ward.counted("onset_day") == [(8,), (68,)]


def test_untreated_dnaemia_takes_no_bacteria_in(ward: Ward) -> None:
    ward.results(HEADER + load(5, "300") + "6 | ecoli | culture | bacteria | |\n")
    assert ward.counted("onset_day", "organisms") == [(6, ["Escherichia coli"])]
    assert ward.listed("onset_day") == [(5, "dnaemia_not_treated")]


def test_a_detected_virus_without_value_is_evidence_only(ward: Ward) -> None:
    ward.results(HEADER + load(5, ""))
    assert ward.episodes("onset_day") == []
    ward.store.build("cohort.evidence")
    assert ward.store.rows("cohort.evidence", ["reason"]) == [("qualitative_only",)]


def test_hepatitis_b_that_becomes_detectable_or_rises_a_hundredfold_is_a_row_of_its_own(ward: Ward) -> None:
    ward.results(
        """
        day | organism | kind       | target | quantity | unit_kind | outcome  | reason
        1   |          | viral_load | hbv    |          | iu        | negative | negative
        5   | hbv      | viral_load | hbv    | 20       | iu        |          |
        20  | hbv      | viral_load | hbv    | 1999     | iu        |          |
        30  | hbv      | viral_load | hbv    | 2000     | iu        |          |
        """
    )
    assert ward.listed("onset_day") == [(5, "hbv_reactivation"), (30, "hbv_reactivation")]
    assert ward.counted("onset_day") == []


def test_hepatitis_b_known_from_the_start_is_the_chronic_state(ward: Ward) -> None:
    ward.results(HEADER + load(5, "20", virus="hbv"))
    assert ward.episodes("onset_day") == []
    ward.build("cohort.evidence")
    assert ward.store.rows("cohort.evidence", ["reason"]) == [("chronic_state",)]
