"""Days on which the hospital saw the patient."""

from tests.sql.conftest import Store

SEEN = ["resource_type", "resource_id", "kind", "seen_on"]


def test_each_kind_is_dated_by_its_own_element(store: Store) -> None:
    store.given(
        "stage.encounter",
        "encounter_id | patient_id | status | period_start | period_end\ne1 | p1 | finished | 2019-03-01 | 2019-03-04",
    )
    store.given(
        "stage.observation",
        """
        observation_id | patient_id | status | effective_datetime | effective_instant    | issued
        collected      | p1         | final  | 2019-03-02         |                      | 2019-03-09
        instant        | p1         | final  |                    | 2019-03-02T17:00:00Z |
        issued_only    | p1         | final  |                    |                      | 2019-03-05
        month          | p1         | final  | 2019-03            |                      |
        """,
    )
    store.given(
        "stage.condition",
        "condition_id | patient_id | onset_datetime | recorded_date\nc1 | p1 | 2001-01-01 | 2019-03-07",
    )
    store.given(
        "stage.procedure", "procedure_id | patient_id | status | performed_start\nx1 | p1 | completed | 2019-03-08"
    )
    assert store.rows("cohort.dated_records", SEEN) == [
        ("Condition", "c1", "recorded", "2019-03-07"),
        ("Encounter", "e1", "encounter", "2019-03-01"),
        ("Encounter", "e1", "encounter", "2019-03-04"),
        ("Observation", "collected", "result", "2019-03-02"),
        ("Observation", "instant", "result", "2019-03-03"),
        ("Observation", "issued_only", "result", "2019-03-05"),
        ("Procedure", "x1", "procedure", "2019-03-08"),
    ]


def test_a_stay_of_one_day_is_one_row(store: Store) -> None:
    store.given(
        "stage.encounter",
        "encounter_id | patient_id | status | period_start | period_end\ne1 | p1 | finished | 2019-03-01 | 2019-03-01",
    )
    assert len(store.rows("cohort.dated_records", SEEN)) == 1
