"""Progression of a pre-existing infection (definitions 1.5, rules D35)."""

import pytest

from tests.sql.episodes.conftest import Ward, day

PRIMARY = ("progressed", "progression_criterion", "progression_on")
BROAD = ("progressed_broad", "progression_broad_criterion", "progression_broad_on")


def progression(ward: Ward, *columns: str) -> tuple[object, ...]:
    """The one course's progression."""
    ward.build("cohort.progression", "cohort.death_causes")
    return ward.store.rows("cohort.progression", columns)[0]


def test_blood_positive_again_after_a_negative_set(ward: Ward) -> None:
    ward.results("day | organism | outcome\n-4 | faecium |\n-1 | | negative\n1 | faecium |")
    assert progression(ward, *PRIMARY) == (True, "c", day(1))


def test_blood_positive_again_without_a_negative_set_is_persistence(ward: Ward) -> None:
    ward.results("day | organism\n-4 | faecium\n1 | faecium")
    assert progression(ward, *PRIMARY) == (False, None, None)


def test_pneumonia_in_blood_inside_the_interval(ward: Ward) -> None:
    ward.results("day | organism | site\n-2 | pseudomonas | lower_resp\n4 | pseudomonas | blood")
    assert progression(ward, *PRIMARY) == (True, "b", day(4))


def test_in_blood_outside_the_interval_is_a_new_episode(ward: Ward) -> None:
    ward.results("day | organism | site\n-2 | pseudomonas | lower_resp\n9 | pseudomonas | blood")
    assert progression(ward, *PRIMARY) == (False, None, None)
    assert ward.counted("onset_day", "progressed") == [(-2, False), (9, None)]


def test_bacteraemia_then_colonised_urine_of_the_same_organism_is_no_second_site(ward: Ward) -> None:
    ward.results("day | organism | site\n-2 | ecoli | blood\n3 | ecoli | urinary")
    assert progression(ward, *PRIMARY) == (False, None, None)


def test_a_far_site_that_is_not_sterile_is_progression(ward: Ward) -> None:
    ward.results("day | organism | site\n-2 | ecoli | urinary\n3 | ecoli | skin_soft")
    assert progression(ward, *PRIMARY) == (True, "b", day(3))


def test_a_neighbouring_site_is_not(ward: Ward) -> None:
    ward.results("day | organism | site\n-2 | ecoli | urinary\n3 | ecoli | genital")
    assert progression(ward, *PRIMARY) == (False, None, None)


def test_another_organism_elsewhere_is_a_new_episode(ward: Ward) -> None:
    ward.results("day | organism | site\n-2 | ecoli | urinary\n3 | faecium | blood")
    assert progression(ward, *PRIMARY) == (False, None, None)


def test_lung_disease_beside_bacteraemia_raises_the_grade(ward: Ward) -> None:
    ward.results("day | organism\n-2 | ecoli")
    ward.conditions("day | site\n3 | lower_resp")
    assert progression(ward, *PRIMARY) == (True, "a", day(3))


def test_a_severity_code_is_broad_only(ward: Ward) -> None:
    ward.results("day | organism\n-2 | ecoli")
    ward.conditions("day | site | role\n8 | blood | severity")
    assert progression(ward, *PRIMARY, *BROAD) == (False, None, None, True, "a", day(8))


@pytest.mark.parametrize(("on", "primary", "sensitivity"), [(30, True, True), (31, False, True), (91, False, False)])
def test_the_window_ends_on_day_30_and_in_the_sensitivity_on_day_90(
    ward: Ward, on: int, *, primary: bool, sensitivity: bool
) -> None:
    ward.course(until=100)
    ward.results(
        f"""
        day  | organism    | site
        -2   | aspergillus | lower_resp
        20   | aspergillus | lower_resp
        {on} | aspergillus | CNS
        """
    )
    assert progression(ward, "progressed", "progressed_90") == (primary, sensitivity)


def test_nothing_progresses_after_the_clock_stopped(ward: Ward) -> None:
    ward.course(until=3)
    ward.results("day | organism | site\n-2 | pseudomonas | lower_resp\n4 | pseudomonas | blood")
    assert progression(ward, "progressed", "progressed_90") == (False, False)


@pytest.mark.parametrize(
    ("cause_site", "progressed"), [("lower_resp", True), ("blood", True), ("CNS", False), ("unknown", False)]
)
def test_death_of_infection_that_names_the_site_or_sepsis(ward: Ward, cause_site: str, *, progressed: bool) -> None:
    ward.results("day | organism | site\n-2 | pseudomonas | lower_resp")
    ward.dies(6)
    ward.give(
        "cohort.death_cause_items",
        f"""
        resource_type | resource_id | system | code | site         | by_text | is_infection:BOOLEAN
        Observation   | d1          | icd    | X1   | {cause_site} | false   | true
        """,
    )
    expected = (True, "g", day(6)) if progressed else (False, None, None)
    assert progression(ward, *PRIMARY) == expected


def test_death_fifteen_days_after_the_last_positive_is_no_progression(ward: Ward) -> None:
    ward.results("day | organism\n-2 | pseudomonas")
    ward.give(
        "cohort.death_cause_items",
        """
        resource_type | resource_id | system | code | site  | by_text | is_infection:BOOLEAN
        Observation   | d1          | icd    | X1   | blood | false   | true
        """,
    )
    ward.dies(12)
    assert progression(ward, "progressed") == (True,)
    ward.dies(13)
    assert progression(ward, "progressed") == (False,)


def test_organ_support_near_a_positive_is_broad_unless_severe_crs_is_there(ward: Ward) -> None:
    ward.results("day | organism\n-2 | ecoli\n4 | ecoli")
    ward.give("cohort.organ_support", "support_on | concept\n6 | vasopressor\n7 | vasopressor")
    assert progression(ward, *PRIMARY, *BROAD) == (False, None, None, True, "d", day(6))
    ward.give("cohort.toxicity_grades", "concept | graded_on | grade\ncrs | 5 | 3")
    assert progression(ward, *BROAD) == (False, None, None)


@pytest.mark.parametrize(
    ("start", "last", "group", "broad"),
    [(5, 8, "G2", True), (5, 7, "G2", False), (5, 8, "G1", False), (6, 9, "G2", False)],
)
def test_escalation_is_a_new_group_for_four_days_while_the_last_positive_is_fresh(
    ward: Ward, start: int, last: int, group: str, *, broad: bool
) -> None:
    ward.results("day | organism\n-2 | ecoli")
    ward.treatments(f"start | last | atc_group\n-2 | 3 | G1\n{start} | {last} | {group}")
    assert progression(ward, "progressed", "progressed_broad") == (False, broad)


def test_the_earliest_day_wins_and_ties_go_in_order(ward: Ward) -> None:
    ward.results(
        """
        day | organism    | site       | outcome
        -2  | pseudomonas | lower_resp |
        1   |             | blood      | negative
        4   | pseudomonas | blood      |
        """
    )
    assert progression(ward, *PRIMARY) == (True, "c", day(4))


def test_a_course_without_look_back_episode_has_not_progressed(ward: Ward) -> None:
    ward.results("day | organism\n2 | ecoli")
    assert progression(ward, *PRIMARY) == (False, None, None)


def test_a_verdict_says_that_it_got_worse_on_the_day_of_its_last_evidence(ward: Ward) -> None:
    ward.results("day | organism\n-2 | ecoli\n3 | ecoli")
    ward.decides("confirm", "progressed")
    assert progression(ward, *PRIMARY) == (True, "e", day(3))


def images(ward: Ward, *rows: tuple[int, str, bool]) -> None:
    """Imaging reports by day, site and whether they are coded as worse."""
    lines = [
        f"p1 | {site} | DiagnosticReport | i{number} | {day(on)} | {str(worse).lower()}"
        for number, (on, site, worse) in enumerate(rows)
    ]
    ward.images("\n".join(lines))


@pytest.mark.parametrize(("worse_on", "progressed"), [(1, False), (2, True)])
def test_an_image_coded_as_worse_three_days_after_the_baseline_is_progression(
    ward: Ward, worse_on: int, progressed: bool
) -> None:
    ward.conditions("day | site\n-3 | lower_resp")
    images(ward, (-1, "lower_resp", False), (worse_on, "lower_resp", True))
    criterion, on = ("e", day(worse_on)) if progressed else (None, None)
    assert progression(ward, *PRIMARY) == (progressed, criterion, on)


def test_an_image_of_another_site_or_without_a_baseline_is_not(ward: Ward) -> None:
    ward.conditions("day | site\n-3 | lower_resp")
    images(ward, (-1, "CNS", False), (5, "CNS", True), (6, "lower_resp", True))
    assert progression(ward, *PRIMARY) == (False, None, None)
