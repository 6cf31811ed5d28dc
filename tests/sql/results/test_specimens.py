"""What a specimen is and when it was collected, also through its parents."""

import pytest

from tests.sql.conftest import Store
from tests.sql.results.given import given_specimens

COLUMNS = ["specimen_id", "root_id", "specimen_class", "role", "collected_on"]


def test_a_specimen_takes_class_and_day_from_the_nearest_that_knows(store: Store) -> None:
    given_specimens(
        store,
        """
        id | type    | at                        | parent
        s1 | blood   | 2020-01-03T23:30:00+08:00 |
        s2 | isolate |                           | s1
        s3 | isolate | 2020-01-05                | s2
        """,
    )
    assert store.rows("cohort.specimens", COLUMNS) == [
        ("s1", "s1", "blood", "clinical", "2020-01-03"),
        ("s2", "s1", "blood", "clinical", "2020-01-03"),
        ("s3", "s1", "blood", "clinical", "2020-01-05"),
    ]


def test_a_circle_of_parents_ends(store: Store) -> None:
    given_specimens(
        store,
        """
        id | type  | at         | parent
        s1 | blood | 2020-01-03 | s2
        s2 | blood | 2020-01-03 | s1
        """,
    )
    assert len(store.rows("cohort.specimens", COLUMNS)) == 2


@pytest.mark.parametrize(
    ("words", "specimen_class", "role"),
    [
        ("Blood", "blood", "clinical"),
        ("urine specimen", "urine", "clinical"),
        ("导管尖端", "catheter_tip", "device"),
        ("VRE rectal swab", "screening_skin", "screening"),
        ("something else", None, None),
    ],
)
def test_a_type_without_known_code_is_read_from_its_words(
    store: Store, words: str, specimen_class: str | None, role: str | None
) -> None:
    given_specimens(store, f"id | at | words\ns1 | 2020-01-03 | {words}")
    assert store.rows("cohort.specimens", ["specimen_class", "role"]) == [(specimen_class, role)]


def test_words_beside_a_known_code_are_not_read(store: Store) -> None:
    given_specimens(store, "id | type | at | words\ns1 | blood | 2020-01-03 | surveillance")
    assert store.rows("cohort.specimens", ["specimen_class", "role"]) == [("blood", "clinical")]


def test_a_partial_collection_names_no_day(store: Store) -> None:
    given_specimens(store, "id | type | at\ns1 | blood | 2020-01\ns2 | blood |")
    assert store.rows("cohort.specimens", ["specimen_id", "collected_on"]) == [("s1", None), ("s2", None)]
