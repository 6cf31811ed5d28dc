"""Codes and cultures together: who joins whom (definitions 5.6, rules D17, D18, D28)."""

import pytest

from tests.sql.episodes.conftest import Ward


def test_a_pneumonia_code_the_day_before_the_culture_is_the_same_episode_with_the_later_onset(ward: Ward) -> None:
    ward.results("day | organism | site | supported_by\n31 | ecoli | lower_resp | c1")
    ward.conditions("day | site\n30 | lower_resp")
    rows = ward.counted("onset_day", "window_name", "first_sign_on", "rule", "documentation")
    assert rows == [(31, "late", "2018-03-31", "matching_condition", "MDI_other")]


def test_a_code_with_another_site_joins_bacteraemia(ward: Ward) -> None:
    ward.results("day | organism\n63 | ecoli")
    ward.conditions("day | site\n62 | lower_resp")
    assert ward.counted("onset_day", "site") == [(63, ["blood", "lower_resp"])]


def test_a_line_infection_code_joins_bacteraemia(ward: Ward) -> None:
    ward.results("day | organism\n14 | faecium")
    ward.conditions("day | site\n16 | line_site")
    assert ward.counted("onset_day", "site") == [(14, ["blood", "line_site"])]


@pytest.mark.parametrize(("on", "joins"), [(17, True), (16, False), (34, True), (35, False)])
def test_a_code_joins_from_three_days_before_onset_to_fourteen_after_the_last_positive(
    ward: Ward, on: int, *, joins: bool
) -> None:
    ward.results("day | organism | site\n20 | ecoli | lower_resp")
    ward.conditions(f"day | site\n{on} | lower_resp")
    assert len(ward.counted("onset_day")) == (1 if joins else 2)


def test_the_condition_that_made_a_culture_count_belongs_to_it_outside_that_interval(ward: Ward) -> None:
    ward.results("day | organism | site | supported_by\n40 | faecium | urinary | c1")
    ward.conditions("day | site\n33 | urinary")
    assert ward.counted("onset_day") == [(40,)]


def test_a_code_of_another_site_does_not_join_a_site_infection(ward: Ward) -> None:
    ward.results("day | organism | site\n20 | ecoli | CNS")
    ward.conditions("day | site\n20 | urinary")
    assert ward.counted("onset_day", "documentation") == [(20, "CLIN_DOC"), (20, "MDI_other")]


def test_an_interval_joins_if_any_of_its_days_fits(ward: Ward) -> None:
    ward.results("day | organism | site\n20 | ecoli | lower_resp")
    ward.conditions("from | to | site | undatable\n-40 | 18 | lower_resp | true")
    assert ward.episodes("onset_day", "not_counted_reason") == [(20, None)]


def test_an_equal_site_goes_before_the_most_recent_onset(ward: Ward) -> None:
    ward.results("day | organism | site\n20 | ecoli | lower_resp\n22 | faecium | blood")
    ward.conditions("day | site\n23 | lower_resp")
    assert ward.counted("onset_day", "site") == [(20, ["lower_resp"]), (22, ["blood"])]


def test_codes_of_one_site_are_one_episode_for_less_than_fourteen_days(ward: Ward) -> None:
    ward.conditions("day | site\n10 | urinary\n23 | urinary\n37 | urinary")
    assert ward.counted("onset_day", "infection_class") == [(10, ["unknown"]), (37, ["unknown"])]


def test_a_code_that_names_an_organism_stands_for_it(ward: Ward) -> None:
    ward.conditions("day | site | organism\n12 | blood | albicans")
    rows = ward.counted("onset_day", "infection_class", "organisms", "organism_from_code", "documentation", "rule")
    assert rows == [(12, ["fungal_yeast"], ["Candida albicans"], True, "CLIN_DOC", "coded_organism")]


def test_codes_that_name_an_organism_keep_its_interval(ward: Ward) -> None:
    ward.conditions("day | site | organism\n1 | blood | albicans\n14 | blood | albicans\n28 | blood | albicans")
    assert ward.counted("onset_day") == [(1,), (28,)]


def test_a_code_that_names_the_organism_joins_to_the_end_of_its_interval(ward: Ward) -> None:
    ward.results("day | organism | site\n5 | aspergillus | lower_resp")
    ward.conditions("day | site | organism\n94 | lower_resp | aspergillus\n95 | lower_resp | aspergillus")
    assert ward.episodes("onset_day", "not_counted_reason") == [(5, None), (95, "after_windows")]


def test_a_code_without_organism_joins_a_code_with_one(ward: Ward) -> None:
    ward.conditions("day | site | organism\n5 | lower_resp | pseudomonas\n6 | lower_resp |")
    assert ward.counted("onset_day", "organisms") == [(5, ["Pseudomonas aeruginosa"])]


def test_sepsis_attaches_to_a_clinical_episode_and_adds_no_site(ward: Ward) -> None:
    ward.conditions("day | site | role\n21 | hepatobiliary |\n21 | blood | sepsis")
    assert ward.counted("onset_day", "site") == [(21, ["hepatobiliary"])]


def test_sepsis_alone_stands_as_an_episode(ward: Ward) -> None:
    ward.conditions("day | site | role\n21 | blood | sepsis\n22 | blood | sepsis")
    assert ward.counted("onset_day", "site", "rule") == [(21, ["blood"], "sepsis_code")]


def test_a_severity_code_raises_its_episode_and_is_never_an_event(ward: Ward) -> None:
    ward.results("day | organism\n20 | ecoli")
    ward.conditions("day | site | role\n21 | blood | severity\n60 | blood | severity")
    assert ward.counted("onset_day", "severity_grade") == [(20, 3)]
    assert ward.listed("onset_day") == [(60, "severity_code_alone")]


def test_an_add_on_gives_organism_and_class_to_the_coded_episode(ward: Ward) -> None:
    ward.conditions("day | site | role | organism\n21 | urinary | |\n21 | unknown | add_on | ecoli")
    rows = ward.counted("site", "infection_class", "organisms", "organism_from_code")
    assert rows == [(["urinary"], ["bacterial_gn"], ["Escherichia coli"], False)]


def test_an_add_on_alone_is_listed(ward: Ward) -> None:
    ward.conditions("day | role | organism\n21 | add_on | ecoli")
    assert ward.listed("onset_day") == [(21, "add_on_code_alone")]


def test_a_cold_without_its_virus_is_listed_and_with_it_supports(ward: Ward) -> None:
    ward.results("day | organism | site | kind | supported_by\n5 | rsv | upper_resp | nucleic_acid | c1")
    ward.conditions(
        """
        day | site       | role        | condition_needed | needed_met | reason
        6   | upper_resp | conditional | virus_result     | true       |
        50  | upper_resp | conditional | virus_result     | false      | presumed_viral_urti
        """
    )
    assert ward.counted("onset_day", "infection_class") == [(5, ["viral_resp"])]
    assert ward.listed("onset_day") == [(50, "presumed_viral_urti")]


def test_an_excluded_code_is_listed_or_left_to_the_evidence(ward: Ward) -> None:
    ward.conditions(
        """
        day | site     | role     | reason
        5   | ent_oral | excluded | oral_candida
        6   | unknown  | state    | chronic_state
        7   | urinary  | event    | refuted
        """
    )
    assert ward.listed("onset_day") == [(5, "oral_candida")]
    ward.store.build("cohort.evidence")
    rows = ward.store.rows("cohort.evidence", ["resource_id", "role", "reason"])
    assert rows == [
        ("c1", "excluded", "oral_candida"),
        ("c2", "excluded", "chronic_state"),
        ("c3", "excluded", "refuted"),
    ]


def test_a_code_of_the_airways_in_general_fits_the_lower_ones_and_yields_to_them(ward: Ward) -> None:
    ward.results("day | organism | site\n20 | rsv | lower_resp")
    ward.conditions("day | site | fits_any_airway:BOOLEAN\n21 | upper_resp | true")
    assert ward.counted("onset_day", "site") == [(20, ["lower_resp"])]


def test_a_code_that_names_only_a_group_joins_the_blood_culture_of_its_day(ward: Ward) -> None:
    ward.results("day | organism\n20 | ecoli")
    ward.conditions("day | site | organism\n20 | blood | rod")
    assert ward.counted("onset_day", "organisms") == [(20, ["Escherichia coli"])]


def test_a_code_that_names_only_a_group_stands_alone_once(ward: Ward) -> None:
    ward.conditions("day | site | organism\n20 | blood | rod\n22 | blood | rod\n21 | lower_resp |")
    assert ward.counted("onset_day", "site", "infection_class") == [(20, ["blood", "lower_resp"], ["bacterial_gn"])]
