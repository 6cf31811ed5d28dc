"""From when to when a patient is seen, and where."""

from tests.sql.conftest import Store

DAYS = ["patient_id", "first_record_on", "last_contact_on"]
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


def test_first_record_is_an_encounter_result_or_recorded_date_never_an_onset(store: Store) -> None:
    store.given(
        "stage.condition",
        """
        condition_id | patient_id | onset_datetime | recorded_date | verification_status
        old          | p1         | 2001-01-01     | 2019-02-05    | confirmed
        refuted      | p1         |                | 2019-01-01    | refuted
        """,
    )
    store.given(
        "stage.observation", "observation_id | patient_id | status | effective_datetime\no1 | p1 | final | 2019-02-07"
    )
    store.given(
        "stage.medication_administration",
        "medication_administration_id | patient_id | status | effective_datetime\na1 | p1 | completed | 2019-01-15",
    )
    assert store.rows("cohort.record_days", DAYS) == [("p1", "2019-02-05", "2019-02-07")]


def test_last_contact_ignores_what_is_planned_cancelled_or_an_error(store: Store) -> None:
    store.given(
        "stage.encounter",
        """
        encounter_id | patient_id | status   | period_start | period_end
        seen         | p1         | finished | 2019-03-01   | 2019-03-09
        planned      | p1         | planned  | 2019-05-01   |
        """,
    )
    store.given(
        "stage.observation",
        """
        observation_id | patient_id | status           | effective_datetime
        wrong          | p1         | entered-in-error | 2019-06-01
        partial        | p1         | final            | 2019-07
        """,
    )
    assert store.rows("cohort.record_days", DAYS) == [("p1", "2019-03-01", "2019-03-09")]


def test_a_dated_death_is_the_last_contact(store: Store) -> None:
    store.given(
        "stage.observation", "observation_id | patient_id | status | effective_datetime\no1 | p1 | final | 2019-03-26"
    )
    store.given("cohort.deaths", "patient_id | died_on | is_dead\np1 | 2019-04-28 | true\np2 | | true")
    assert store.rows("cohort.record_days", DAYS) == [("p1", "2019-03-26", "2019-04-28")]


def test_an_infusion_is_a_contact(store: Store) -> None:
    store.given("cohort.infusions", "patient_id | infused_on\np1 | 2019-03-01\np1 | 2019-03-24")
    assert store.rows("cohort.record_days", DAYS) == [("p1", None, "2019-03-24")]


def test_nothing_after_the_data_date_is_seen(store: Store) -> None:
    store.run(data_date="2019-03-31")
    store.given(
        "stage.encounter",
        """
        encounter_id | patient_id | status   | period_start | period_end
        before       | p1         | finished | 2019-03-20   | 2019-04-05
        after        | p1         | finished | 2019-04-20   | 2019-04-21
        """,
    )
    store.build("cohort.stays")
    assert store.rows("cohort.record_days", DAYS) == [("p1", "2019-03-20", "2019-03-31")]


def test_an_open_stay_lasts_to_the_last_dated_record_inside_it(store: Store) -> None:
    store.given(
        "stage.encounter",
        f"""
        encounter_id | patient_id | status      | class_system | class_code | period_start              | period_end
        open         | p1         | in-progress | {ACT}        | IMP        | 2019-03-01T23:30:00Z      |
        closed       | p1         | finished    | {ACT}        | AMB        | 2019-02-01                | 2019-02-01
        cancelled    | p1         | cancelled   | {ACT}        | IMP        | 2019-01-01                | 2019-01-09
        undated      | p1         | finished    | {ACT}        | EMER       | 2019                      |
        """,
    )
    store.given(
        "stage.condition",
        "condition_id | patient_id | encounter_id | recorded_date\nc1 | p1 | open | 2019-03-12",
    )
    store.given(
        "stage.observation",
        """
        observation_id | patient_id | status | effective_datetime
        no_stay_named  | p1         | final  | 2019-03-14
        before_it      | p1         | final  | 2019-03-01
        """,
    )
    store.build("cohort.codings")
    assert store.rows("cohort.stays", ["encounter_id", "start_on", "end_on", "inpatient", "emergency"]) == [
        ("closed", "2019-02-01", "2019-02-01", False, False),
        ("open", "2019-03-02", "2019-03-14", True, False),
    ]
