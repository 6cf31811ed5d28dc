"""Every episode leads back to resource versions, every exclusion to its key (contracts 5, definitions 5.9)."""

from tests.sql.episodes.conftest import Ward


def evidence(ward: Ward, *columns: str) -> list[tuple[object, ...]]:
    """Rows of the evidence."""
    ward.build("cohort.evidence")
    return ward.store.rows("cohort.evidence", columns)


def test_versions_and_reasons_of_what_supports(ward: Ward) -> None:
    ward.results("day | organism\n5 | ecoli\n7 | ecoli")
    ward.store.given("stage.resources", "resource_type | resource_id | version_id\nObservation | o-r1 | 2")
    assert evidence(ward, "resource_id", "version_id", "role", "reason") == [
        ("o-r1", "2", "supports", "new"),
        ("o-r2", None, "supports", "same_organism"),
    ]


def test_a_new_version_changes_the_hash_and_not_the_id(ward: Ward) -> None:
    ward.results("day | organism\n5 | ecoli")
    ward.store.given("stage.resources", "resource_type | resource_id | version_id\nObservation | o-r1 | 1")
    before = evidence(ward, "episode_id", "evidence_hash")
    ward.store.given("stage.resources", "resource_type | resource_id | version_id\nObservation | o-r1 | 2")
    after = evidence(ward, "episode_id", "evidence_hash")
    assert [before[0][0] == after[0][0], before[0][1] == after[0][1]] == [True, False]


def test_what_is_no_evidence_has_no_episode(ward: Ward) -> None:
    ward.results("day | outcome | reason\n5 | negative | negative\n6 | pending | pending")
    assert evidence(ward, "episode_id", "role", "reason") == [
        (None, "excluded", "negative"),
        (None, "excluded", "pending"),
    ]


def test_two_organisms_of_one_resource_are_one_row_of_their_episode(ward: Ward) -> None:
    ward.results("day | organism | resource_id | specimen_key\n5 | ecoli | o1 | s1\n5 | faecium | o1 | s1")
    assert evidence(ward, "resource_id", "reason") == [("o1", "new")]


def test_a_listed_result_is_excluded_in_a_row_of_its_own(ward: Ward) -> None:
    ward.results("day | organism | not_counted\n5 | hominis | contaminant")
    rows = evidence(ward, "role", "reason", "episode_id")
    assert [(role, reason, identity is not None) for role, reason, identity in rows] == [
        ("excluded", "contaminant", True)
    ]


def test_patients_without_a_course_leave_no_evidence(ward: Ward) -> None:
    ward.results("day | organism | patient_id\n5 | ecoli | p2")
    assert evidence(ward, "resource_id") == []
