"""Where a patient lay at onset, when the specimen was taken, and whether the result is final."""

import pytest

from tests.sql.episodes.conftest import Ward, day

STAYS = "encounter_id | start_on | end_on | inpatient:BOOLEAN"
ROOMS = "encounter_id | location_id | location_display | period_start | period_end"


def places(ward: Ward, *columns: str) -> list[tuple[object, ...]]:
    ward.build("cohort.episodes", "cohort.issued_episodes")
    return ward.store.rows("cohort.issued_episodes", columns)


def rooms(ward: Ward, *lines: str) -> None:
    ward.store.given("stage.encounter_location", "\n".join([ROOMS, *lines]))


def test_the_ward_is_the_room_of_the_time_of_the_specimen(ward: Ward) -> None:
    ward.results("day | organism | time\n5 | ecoli | 08:15")
    ward.give("cohort.stays", f"{STAYS}\ne1 | -5 | 20 | true")
    rooms(
        ward,
        f"e1 | l1 | Ward A | {day(-5)}T10:00:00+08:00 | {day(5)}T06:00:00+08:00",
        f"e1 | l2 | ICU | {day(5)}T06:00:00+08:00 | {day(5)}T18:00:00+08:00",
        f"e1 | l3 | Ward B | {day(5)}T18:00:00+08:00 |null",
    )
    assert places(ward, "ward") == [("ICU",)]


def test_a_room_without_times_is_that_of_the_whole_stay_and_without_a_name_its_id(ward: Ward) -> None:
    ward.results("day | organism\n5 | ecoli")
    ward.give("cohort.stays", f"{STAYS}\ne1 | -5 | 20 | true")
    rooms(ward, "e1 | l1 | null | null | null")
    assert places(ward, "ward") == [("l1",)]


def test_an_inpatient_stay_goes_before_a_clinic_of_the_same_day(ward: Ward) -> None:
    ward.results("day | organism | time\n5 | ecoli | 08:15")
    ward.give("cohort.stays", f"{STAYS}\ne1 | -5 | 20 | true\ne2 | 5 | 5 | false")
    rooms(ward, "e1 | l1 | Ward A | null | null", f"e2 | l2 | Clinic | {day(5)}T08:00:00+08:00 | null")
    assert places(ward, "ward") == [("Ward A",)]


def test_who_lay_nowhere_at_onset_has_no_ward(ward: Ward) -> None:
    ward.results("day | organism\n25 | ecoli")
    ward.give("cohort.stays", f"{STAYS}\ne1 | -5 | 20 | true")
    rooms(ward, "e1 | l1 | Ward A | null | null")
    assert places(ward, "onset_day", "ward") == [(25, None)]


def test_the_specimen_is_the_first_of_the_day_of_onset(ward: Ward) -> None:
    ward.results("day | organism | time\n5 | ecoli | 17:00\n5 | ecoli | 08:15\n6 | ecoli | 04:00")
    [(on, at)] = places(ward, "specimen_on", "specimen_at")
    assert (str(on), str(at)[:16]) == (day(5), f"{day(5)}T00:15")


def test_a_specimen_without_a_time_has_its_day(ward: Ward) -> None:
    ward.results("day | organism\n5 | ecoli")
    [(on, at)] = places(ward, "specimen_on", "specimen_at")
    assert (str(on), at) == (day(5), None)


def test_a_code_alone_has_neither_specimen_nor_state(ward: Ward) -> None:
    ward.conditions("day | site\n5 | CNS")
    assert places(ward, "specimen_on", "specimen_at", "result_status", "preliminary") == [(None, None, None, False)]


@pytest.mark.parametrize(("second", "status"), [("true", "preliminary"), ("false", "final")])
def test_one_result_that_is_not_final_makes_the_episode_preliminary(ward: Ward, second: str, status: str) -> None:
    ward.results(f"day | organism | preliminary\n5 | ecoli | false\n6 | ecoli | {second}")
    assert places(ward, "result_status", "preliminary") == [(status, status == "preliminary")]
