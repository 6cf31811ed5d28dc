"""What the status of a resource lets count."""

from tests.sql.conftest import Store

KEPT = ["resource_type", "resource_id", "action"]


def test_errors_and_refuted_ones_are_dropped_and_an_unknown_status_is_flagged(store: Store) -> None:
    store.given(
        "stage.condition",
        """
        condition_id | patient_id | verification_status | clinical_status
        confirmed    | p1         | confirmed           | resolved
        absent       | p1         |                     |
        refuted      | p1         | refuted             | active
        differential | p1         | differential        |
        nobody       |            | confirmed           |
        """,
    )
    store.given(
        "stage.observation",
        """
        observation_id | patient_id | status
        loud           | p1         | FINAL
        early          | p1         | preliminary
        made_up        | p1         | done
        cancelled      | p1         | cancelled
        """,
    )
    assert store.rows("cohort.kept_resources", KEPT) == [
        ("Condition", "absent", "keep_flag"),
        ("Condition", "confirmed", "keep"),
        ("Observation", "early", "keep_flag"),
        ("Observation", "loud", "keep"),
        ("Observation", "made_up", "keep_flag"),
    ]


def test_a_request_not_to_give_a_drug_and_a_plan_are_no_orders(store: Store) -> None:
    store.given(
        "stage.medication_request",
        """
        medication_request_id | patient_id | status    | intent   | do_not_perform
        order                 | p1         | active    | order    | false
        never                 | p1         | active    | order    | true
        plan                  | p1         | active    | plan     |
        draft                 | p1         | draft     | order    |
        """,
    )
    assert store.rows("cohort.kept_resources", KEPT) == [("MedicationRequest", "order", "keep")]


def test_specimens_stays_and_reports_are_judged_by_their_own_lists(store: Store) -> None:
    store.given(
        "stage.specimen", "specimen_id | patient_id | status\ngone | p1 | unavailable\nbad | p1 | unsatisfactory"
    )
    store.given("stage.encounter", "encounter_id | patient_id | status\nleave | p1 | onleave\nplan | p1 | planned")
    store.given(
        "stage.diagnostic_report",
        "diagnostic_report_id | patient_id | status\nmore | p1 | appended\nwaiting | p1 | registered",
    )
    assert store.rows("cohort.kept_resources", KEPT) == [
        ("DiagnosticReport", "more", "keep"),
        ("Encounter", "leave", "keep"),
        ("Specimen", "gone", "keep"),
    ]
