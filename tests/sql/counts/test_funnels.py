"""How the cohort and its episodes came about."""

from tests.sql.conftest import Store


def test_every_patient_stands_in_one_step(store: Store) -> None:
    store.given("stage.patient", "patient_id\n" + "\n".join(["a", "b", "c", "d"]))
    store.given(
        "cohort.courses",
        """
        patient_id | course_number | in_cohort | exclusion_reason
        a          | 1             | true      |
        a          | 2             | false     | later_course
        b          | 1             | false     | t_lineage
        c          | 1             | false     | no_dated_infusion
        """,
    )
    assert store.rows("counts.funnel_patients", ["step_number", "step", "reason", "patients"]) == [
        (1, "patients", None, 4),
        (2, "excluded", "no_infusion", 1),
        (3, "excluded", "no_dated_infusion", 1),
        (4, "excluded", "not_b_all", 0),
        (5, "excluded", "t_lineage", 1),
        (6, "excluded", "outside_age", 0),
        (7, "excluded", "after_data_date", 0),
        (8, "in_cohort", None, 1),
        (9, "beside", "later_course", 1),
    ]


def test_an_empty_store_has_every_step_with_zero(store: Store) -> None:
    assert [row[0] for row in store.rows("counts.funnel_patients", ["patients"])] == [0] * 9


def test_evidence_and_episodes_are_counted_by_their_keys(store: Store) -> None:
    store.given("cohort.cohort_members", "person_key | patient_id | course_number\n1 | a | 1")
    store.given(
        "cohort.evidence",
        """
        episode_id | patient_id | resource_type | resource_id | role     | reason
                   | a          | Observation   | o1          | excluded | negative
                   | a          | Observation   | o1          | excluded | negative
                   | a          | Observation   | o2          | excluded | negative
                   | b          | Observation   | o3          | excluded | negative
        e1         | a          | Observation   | o4          | supports |
        e1         | a          | Observation   | o4          | supports |
        e1         | a          | Condition     | o6          | supports |
        e3         | a          | Observation   | o7          | supports |
        e2         | a          | Observation   | o5          | excluded | contaminant
        """,
    )
    store.given(
        "cohort.episodes",
        """
        episode_id | patient_id | course_number | counted | not_counted_reason
        e1         | a          | 1             | true    |
        e2         | a          | 1             | false   | contaminant
        e3         | a          | 2             | true    |
        """,
    )
    assert store.rows("counts.funnel_episodes", ["step_number", "reason", "rows_count"]) == [
        (1, "negative", 2),
        (2, None, 3),
        (3, None, 1),
        (4, None, 2),
        (5, "contaminant", 1),
        (6, None, 1),
    ]
