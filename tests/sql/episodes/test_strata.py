"""Pre-existing infection: yes, no, unknown (definitions 7.5, rules D04 to D06)."""

import pytest

from tests.sql.episodes.conftest import Ward

STAYS = "start_on | end_on | inpatient\n-3 | 0 | true"


@pytest.mark.parametrize(("first", "stratum"), [(-13, "unknown"), (-14, "no"), (-40, "no")])
def test_fourteen_observed_days_may_be_no(ward: Ward, first: int, stratum: str) -> None:
    ward.seen_from(first)
    ward.give("cohort.stays", STAYS)
    assert ward.stratum() == stratum


def test_an_active_episode_is_yes_however_little_was_observed(ward: Ward) -> None:
    ward.seen_from(-5)
    ward.results("day | organism\n-5 | ecoli")
    assert ward.stratum() == "yes"


def test_neither_inpatient_nor_result_is_unknown(ward: Ward) -> None:
    ward.give("cohort.stays", "start_on | end_on | inpatient\n-20 | -20 | false\n0 | 20 | true")
    assert ward.stratum() == "unknown"


def test_a_laboratory_result_alone_is_enough_to_know(ward: Ward) -> None:
    ward.give("cohort.laboratory", "analyte | observed_on | value\nanc | -2 | 1")
    assert ward.stratum() == "no"


def test_vital_signs_are_no_result(ward: Ward) -> None:
    ward.give("cohort.laboratory", "analyte | observed_on | value\ntemperature | -2 | 36.5")
    assert ward.stratum() == "unknown"


def test_a_negative_culture_shows_that_someone_looked(ward: Ward) -> None:
    ward.results("day | outcome | reason\n-2 | negative | negative")
    assert ward.stratum() == "no"


def test_an_earlier_episode_positive_again_inside_is_active(ward: Ward) -> None:
    ward.results("day | organism\n-35 | faecium\n-30 | faecium")
    assert ward.stratum() == "yes"
    assert ward.stratum("preexisting_infection_onset") == "no"


@pytest.mark.parametrize(("abatement", "stratum"), [("-31", "no"), ("-30", "yes"), ("5", "yes"), ("", "no")])
def test_an_earlier_condition_needs_a_dated_end_inside_or_after(ward: Ward, abatement: str, stratum: str) -> None:
    ward.give("cohort.stays", STAYS)
    ward.conditions(f"day | site | abatement\n-45 | urinary | {abatement}")
    assert ward.stratum() == stratum


def test_an_old_mould_still_treated_is_yes_in_the_treated_set_only(ward: Ward) -> None:
    ward.give("cohort.stays", STAYS)
    ward.results("day | organism | site\n-50 | aspergillus | lower_resp")
    ward.treatments("start | last | target\n-49 | -10 | fungi")
    assert ward.stratum() == "no"
    assert ward.stratum("preexisting_infection_treated") == "yes"


@pytest.mark.parametrize("reason", ["contaminant", "colonisation_or_unknown", "fungal_candidate"])
def test_what_does_not_qualify_makes_no_stratum(ward: Ward, reason: str) -> None:
    ward.give("cohort.stays", STAYS)
    ward.results(f"day | organism | site | not_counted\n-5 | hominis | urinary | {reason}")
    assert ward.stratum() == "no"


def test_fever_alone_is_yes_in_its_own_set_only(ward: Ward) -> None:
    ward.give("cohort.stays", STAYS)
    ward.give("cohort.laboratory", "analyte | observed_on | value | resource_id\ntemperature | -2 | 39 | t1")
    assert ward.stratum() == "no"
    assert ward.stratum("preexisting_infection_fuo") == "yes"


def test_day_minus_31_and_day_0_are_outside(ward: Ward) -> None:
    ward.give("cohort.stays", STAYS)
    ward.results("day | organism | site\n-31 | ecoli | blood\n0 | faecium | CNS")
    assert ward.stratum() == "no"
