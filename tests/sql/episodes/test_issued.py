"""What is kept of a week as issued: episodes up to the data date, and the versions behind them."""

from tests.sql.episodes.conftest import Ward


def test_an_episode_after_the_data_date_is_not_issued_yet(ward: Ward) -> None:
    ward.results("day | organism\n5 | ecoli\n4000 | faecium")
    ward.build("cohort.episodes", "cohort.evidence")
    assert [row[0] for row in ward.store.rows("cohort.issued_episodes", ["onset_day"])] == [5]


def test_the_evidence_of_an_episode_has_its_day_and_version(ward: Ward) -> None:
    ward.results("day | organism\n5 | ecoli")
    ward.store.given("stage.resources", "resource_type | resource_id | version_id\nObservation | o-r1 | 2")
    ward.build("cohort.episodes", "cohort.evidence")
    ward.store.build("cohort.issued_episodes")
    rows = ward.store.rows("cohort.issued_evidence", ["resource_id", "version_id", "role"])
    assert ("o-r1", "2", "supports") in rows


def test_a_result_without_a_version_in_the_build_is_no_evidence(ward: Ward) -> None:
    ward.results("day | organism\n5 | ecoli")
    ward.store.given("stage.resources", "resource_type | resource_id | version_id\nObservation | other | 1")
    ward.build("cohort.episodes", "cohort.evidence")
    ward.store.build("cohort.issued_episodes")
    assert ward.store.rows("cohort.issued_evidence", ["resource_id"]) == []
