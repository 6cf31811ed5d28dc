"""Same episode or new one: results taken one by one (definitions 2.3, rules D19 to D22)."""

import pytest

from tests.sql.episodes.conftest import Ward

INTERVALS = [
    ("ecoli", 7), ("cdiff", 30), ("hpylori", 365), ("albicans", 14), ("aspergillus", 90), ("cmv", 60), ("zoster", 14),
    ("rsv", 14), ("bk", 60), ("norovirus", 60), ("pjp", 90), ("histoplasma", 90), ("mtb", 365), ("toxoplasma", 90),
]  # fmt: skip


@pytest.mark.parametrize(("organism", "days"), INTERVALS)
def test_same_infection_while_the_gap_is_shorter_than_the_interval(ward: Ward, organism: str, days: int) -> None:
    for gap, episodes in ((days - 1, 1), (days, 2), (days + 1, 2)):
        ward.results(
            f"""
            day     | organism   | site
            0       | {organism} | CNS
            {gap}   | {organism} | CNS
            """
        )
        ward.build("cohort.result_groups")
        assert len({number for (number,) in ward.store.rows("cohort.result_groups", ["episode_number"])}) == episodes


def test_the_gap_counts_from_the_last_positive(ward: Ward) -> None:
    ward.results("day | organism\n20 | ecoli\n25 | ecoli\n30 | ecoli\n35 | ecoli")
    assert ward.counted("onset_day") == [(20,)]


def test_a_genus_joins_either_species_but_the_species_stay_apart(ward: Ward) -> None:
    ward.results(
        """
        day | organism   | site
        10  | pneumoniae | blood
        14  | oxytoca    | blood
        15  | klebsiella | blood
        """
    )
    assert ward.counted("onset_day", "organisms") == [
        (10, ["Klebsiella pneumoniae"]),
        (14, ["Klebsiella", "Klebsiella oxytoca"]),
    ]


def test_another_organism_at_the_same_site_joins_to_the_third_day_from_the_first_positive(ward: Ward) -> None:
    ward.results("day | organism\n40 | ecoli\n43 | faecium\n46 | pseudomonas")
    assert ward.counted("onset_day", "organisms") == [
        (40, ["Enterococcus faecium", "Escherichia coli"]),
        (46, ["Pseudomonas aeruginosa"]),
    ]


def test_another_organism_four_days_later_is_a_new_episode(ward: Ward) -> None:
    ward.results("day | organism\n40 | ecoli\n44 | faecium")
    assert ward.counted("onset_day") == [(40,), (44,)]


def test_another_organism_at_another_site_is_a_new_episode(ward: Ward) -> None:
    ward.results("day | organism | site\n40 | ecoli | blood\n40 | faecium | CNS")
    assert ward.counted("onset_day", "site") == [(40, ["CNS"]), (40, ["blood"])]


def test_organisms_of_one_specimen_are_one_episode(ward: Ward) -> None:
    ward.results(
        """
        day | organism   | specimen_key | site
        3   | ecoli      | s1           | unknown
        3   | faecium    | s1           | unknown
        """
    )
    assert ward.counted("onset_day", "infection_class") == [(3, ["bacterial_gn", "bacterial_gp"])]


def test_the_same_organism_at_another_site_adds_the_site(ward: Ward) -> None:
    ward.results("day | organism | site\n3 | pneumoniae | urinary\n6 | pneumoniae | blood")
    assert ward.counted("onset_day", "site", "documentation") == [(3, ["blood", "urinary"], "MDI_BSI")]


def test_two_sites_that_do_not_touch_are_disseminated(ward: Ward) -> None:
    ward.results("day | organism | site\n3 | pneumoniae | urinary\n6 | pneumoniae | CNS")
    assert ward.counted("site") == [(["CNS", "disseminated", "urinary"],)]


def test_the_most_recent_of_two_matching_episodes_takes_the_result(ward: Ward) -> None:
    ward.results(
        """
        day | organism   | site
        10  | oxytoca    | urinary
        11  | pneumoniae | blood
        12  | klebsiella | lower_resp
        """
    )
    assert ward.counted("onset_day", "site") == [(10, ["urinary"]), (11, ["blood", "lower_resp"])]


def test_a_date_goes_before_a_time_of_the_same_day(ward: Ward) -> None:
    ward.results(
        """
        key | day | time  | organism
        b   | 5   | 00:10 | ecoli
        z   | 5   |       | ecoli
        """
    )
    ward.build()
    assert ward.store.rows("cohort.episode_results", ["position", "result_key"]) == [(1, "z"), (2, "b")]


def test_an_amended_duplicate_of_the_same_day_changes_no_number(ward: Ward) -> None:
    ward.results("day | organism\n5 | ecoli\n5 | ecoli")
    assert ward.counted("onset_day") == [(5,)]


def test_a_single_contaminant_supports_an_open_episode_of_its_organism(ward: Ward) -> None:
    ward.results(
        """
        day | organism | not_counted
        3   | hominis  |
        4   | hominis  |
        8   | hominis  | contaminant
        """
    )
    assert ward.episodes("onset_day", "rule", "not_counted_reason") == [(3, "two_specimens", None)]


def test_two_single_contaminants_open_nothing_and_are_listed(ward: Ward) -> None:
    ward.results("day | organism | not_counted\n10 | hominis | contaminant\n12 | hominis | contaminant")
    assert ward.listed("onset_day") == [(10, "contaminant"), (12, "contaminant")]


def test_a_contaminant_of_the_same_set_is_listed_beside_the_episode(ward: Ward) -> None:
    ward.results(
        """
        day | organism | specimen_key | not_counted
        5   | oxytoca  | s1           |
        5   | hominis  | s1           | contaminant
        """
    )
    assert ward.counted("organisms") == [(["Klebsiella oxytoca"],)]
    assert ward.listed("organisms") == [(["Staphylococcus hominis"], "contaminant")]


def test_a_result_without_a_date_opens_nothing(ward: Ward) -> None:
    ward.results("day | organism | reason\n5 | ecoli | no_date")
    assert ward.episodes("onset_day") == []


def test_an_id_survives_a_refined_organism_and_later_evidence(ward: Ward) -> None:
    ward.results("day | organism\n5 | klebsiella")
    before = ward.episodes("episode_id", "evidence_hash")
    ward.results("day | organism\n5 | pneumoniae\n7 | pneumoniae")
    after = ward.episodes("episode_id", "evidence_hash")
    assert before[0][0] == after[0][0]
    assert before[0][1] != after[0][1]
