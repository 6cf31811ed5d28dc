"""One row per member of the cohort, without names."""

from tests.sql.conftest import Store

OUTCOME = ["person_key", "stratum", "bridging_other_than_fc", "crs_grade_3_exposure", "last_day", "died_day"]


def test_an_unknown_exposure_is_null_and_a_death_counts_if_it_ends_the_follow_up(store: Store) -> None:
    store.given(
        "cohort.courses",
        """
        patient_id | course_number | in_cohort | day0_on    | follow_up_end_on
        z          | 1             | true      | 2019-01-01 | 2019-01-11
        a          | 1             | true      | 2019-01-01 | 2019-02-01
        m          | 1             | true      | 2019-01-01 | 2019-04-01
        m          | 2             | false     | 2019-06-01 | 2019-08-30
        """,
    )
    store.given(
        "cohort.covariates",
        """
        patient_id | course_number | name                   | value | status
        a          | 1             | bridging_other_than_fc | yes   | inferred
        m          | 1             | bridging_other_than_fc |       | unknown
        z          | 1             | bridging_other_than_fc | no    | known
        z          | 1             | crs_grade_3_exposure   | yes   | known
        """,
    )
    store.given(
        "cohort.deaths", "patient_id | died_on | is_dead\nz | 2019-01-11 | true\na | 2019-03-01 | true\nm | | true"
    )
    assert store.rows("counts.person_outcomes", OUTCOME) == [
        (1, "unknown", True, None, 31, None),
        (2, "unknown", None, None, 90, None),
        (3, "unknown", False, True, 10, 10),
    ]


def test_no_id_passes_into_counts(store: Store) -> None:
    store.build("counts.person_outcomes")
    assert "patient_id" not in store.connection.table("counts.person_outcomes").columns
