"""What counts, what is listed and why (definitions 5.8, 5.9, 7.1)."""

import pytest

from tests.sql.episodes.conftest import Ward


@pytest.mark.parametrize(
    ("on", "window", "reason"),
    [
        (-31, None, "before_look_back"),
        (-30, "look_back", None),
        (-1, "look_back", None),
        (0, "early", None),
        (30, "early", None),
        (31, "late", None),
        (90, "late", None),
        (91, None, "after_windows"),
    ],
)
def test_windows_hold_both_ends(ward: Ward, on: int, window: str | None, reason: str | None) -> None:
    ward.results(f"day | organism\n{on} | ecoli")
    assert ward.episodes("onset_day", "window_name", "not_counted_reason") == [(on, window, reason)]


def test_an_event_on_the_stop_day_counts_and_the_day_after_does_not(ward: Ward) -> None:
    ward.course(until=20)
    ward.results("day | organism | site\n20 | ecoli | blood\n21 | faecium | CNS")
    assert ward.episodes("onset_day", "counted", "not_counted_reason") == [
        (20, True, None),
        (21, False, "after_censoring"),
    ]


def test_onset_before_the_first_record_is_listed(ward: Ward) -> None:
    ward.seen_from(-12)
    ward.conditions("day | site\n-13 | urinary\n-12 | CNS")
    assert ward.episodes("onset_day", "not_counted_reason") == [(-13, "before_first_record"), (-12, None)]


def test_an_undatable_code_is_listed_without_onset(ward: Ward) -> None:
    ward.conditions("from | to | site | undatable\n-9 | 25 | urinary | true")
    assert ward.episodes("onset_day", "course_number", "not_counted_reason") == [(None, 1, "undatable")]


def test_a_specimen_before_the_infusion_on_day_0_is_early_and_marked(ward: Ward) -> None:
    ward.give("cohort.infusions", "infused_on | infused_at\n0 | 2018-03-01 10:00:00+08")
    ward.results(
        """
        day | time  | organism | site
        0   | 09:00 | ecoli    | blood
        0   | 11:00 | faecium  | CNS
        0   |       | pjp      | other
        """
    )
    assert ward.counted("window_name", "site", "before_infusion") == [
        ("early", ["CNS"], False),
        ("early", ["blood"], True),
        ("early", ["other"], False),
    ]


def test_an_episode_belongs_to_the_newest_course_begun_by_its_onset(ward: Ward) -> None:
    ward.course(0, 70, until=160)
    ward.results("day | organism | site\n-5 | ecoli | blood\n69 | faecium | blood\n71 | albicans | CNS")
    assert ward.episodes("course_number", "onset_day") == [(1, -5), (1, 69), (2, 1)]


def test_a_patient_without_a_course_has_no_episode(ward: Ward) -> None:
    ward.results("day | organism | patient_id\n5 | ecoli | p2")
    assert ward.episodes("onset_day") == []


def test_without_a_dated_infusion_nothing_counts_or_is_listed(ward: Ward) -> None:
    ward.give("cohort.courses", "course_number | in_cohort | exclusion_reason\n1 | false | no_dated_infusion")
    ward.results("day | organism\n5 | ecoli")
    assert ward.episodes("onset_day") == []
    assert ward.store.rows("cohort.progression", ["progressed"]) == [(False,)]


def test_colonisation_is_listed_and_its_late_code_is_an_episode_of_its_own(ward: Ward) -> None:
    ward.results("day | organism | site | not_counted\n40 | faecium | urinary | colonisation_or_unknown")
    ward.conditions("day | site\n48 | urinary")
    assert ward.episodes("onset_day", "documentation", "counted", "not_counted_reason") == [
        (40, "MDI_other", False, "colonisation_or_unknown"),
        (48, "CLIN_DOC", True, None),
    ]


def test_fever_of_unknown_origin_is_listed_once_a_stretch(ward: Ward) -> None:
    ward.give(
        "cohort.laboratory",
        """
        analyte     | observed_on | value | resource_id
        temperature | 2           | 38.3  | t1
        temperature | 15          | 38.5  | t2
        temperature | 29          | 39    | t3
        temperature | 40          | 38.2  | t4
        """,
    )
    assert ward.episodes("onset_day", "documentation", "counted", "not_counted_reason") == [
        (2, "FUO", False, "fever_of_unknown_origin"),
        (29, "FUO", False, "fever_of_unknown_origin"),
    ]


def test_fever_beside_an_episode_is_only_its_first_sign(ward: Ward) -> None:
    ward.give("cohort.laboratory", "analyte | observed_on | value | resource_id\ntemperature | -2 | 38.3 | t1")
    ward.results("day | organism\n0 | ecoli")
    assert ward.episodes("onset_day", "first_sign_on") == [(0, "2018-02-27")]


def test_two_raised_readings_an_hour_apart_are_a_fever_unless_one_between_is_lower(ward: Ward) -> None:
    table = """
        analyte     | observed_on | observed_at               | value | resource_id
        temperature | 2           | 2018-03-03 10:00:00+08    | 38.0  | t1
        temperature | 2           | 2018-03-03 11:00:00+08    | 38.0  | t2
        """
    ward.give("cohort.laboratory", table)
    assert ward.listed("onset_day") == [(2, "fever_of_unknown_origin")]
    ward.give("cohort.laboratory", table + "temperature | 2 | 2018-03-03 10:30:00+08 | 37.9 | t3\n")
    assert ward.listed("onset_day") == []


def test_a_verdict_moves_an_episode_as_long_as_its_evidence_stands(ward: Ward) -> None:
    ward.results("day | organism | not_counted\n5 | hominis | contaminant\n40 | ecoli |")
    found = ward.episodes("onset_day", "episode_id", "evidence_hash")
    verdicts = "\n".join(
        f"{identity} | {hashed} | {'confirm' if on == 5 else 'reject'}" for on, identity, hashed in found
    )
    ward.store.given("ops.verdicts", "episode_id | evidence_hash | verdict\n" + verdicts)
    assert ward.episodes("onset_day", "counted", "not_counted_reason") == [
        (5, True, None),
        (40, False, "rejected_by_verdict"),
    ]
    ward.results("day | organism | not_counted\n5 | hominis | contaminant\n40 | ecoli |\n41 | ecoli |")
    assert ward.episodes("onset_day", "counted") == [(5, True), (40, True)]


def test_every_episode_has_one_row_and_one_id(ward: Ward) -> None:
    ward.results(
        """
        day | organism | resource_id | not_counted
        5   | oxytoca  | o1          |
        5   | hominis  | o1          | contaminant
        """
    )
    rows = ward.episodes("episode_id")
    assert len(set(rows)) == len(rows) == 2
