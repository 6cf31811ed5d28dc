"""Courses of infusions, who is in the cohort and when the clock stops."""

from tests.sql.conftest import Store

COURSE = ["patient_id", "course_number", "day0_on", "last_infusion_on"]
WHO = "http://hl7.org/fhir/sid/icd-10"
SNOMED = "http://snomed.info/sct"


def _infusions(store: Store, *days: str) -> None:
    store.given("cohort.infusions", "\n".join(["patient_id | infused_on", *(f"p1 | {day}" for day in days)]))


def test_sixty_days_are_one_course_and_sixty_one_are_two(store: Store) -> None:
    _infusions(store, "2019-01-01", "2019-03-02")
    assert store.rows("cohort.course_starts", COURSE) == [("p1", 1, "2019-01-01", "2019-03-02")]
    store.reset()
    _infusions(store, "2019-01-01", "2019-03-03")
    assert store.rows("cohort.course_starts", COURSE) == [
        ("p1", 1, "2019-01-01", "2019-01-01"),
        ("p1", 2, "2019-03-03", "2019-03-03"),
    ]


def test_a_course_counts_from_its_first_infusion_so_no_chain_grows(store: Store) -> None:
    _infusions(store, "2019-01-01", "2019-02-15", "2019-04-01")
    assert store.rows("cohort.course_starts", COURSE) == [
        ("p1", 1, "2019-01-01", "2019-02-15"),
        ("p1", 2, "2019-04-01", "2019-04-01"),
    ]


def test_twenty_one_days_are_an_alternative(store: Store) -> None:
    store.protocol(course_gap_days=21)
    _infusions(store, "2019-01-01", "2019-01-22", "2019-01-23")
    assert [row[1:] for row in store.rows("cohort.course_starts", COURSE)] == [
        (1, "2019-01-01", "2019-01-22"),
        (2, "2019-01-23", "2019-01-23"),
    ]


def test_each_patient_out_of_the_cohort_has_a_reason(store: Store) -> None:
    store.given(
        "cohort.infusion_records",
        "patient_id | infused_on | product | channel | by_text\nundated | | | procedure | false",
    )
    store.given(
        "cohort.infusions",
        """
        patient_id | infused_on
        in         | 2019-01-01
        in         | 2019-06-01
        lymphoma   | 2019-01-01
        t_all      | 2019-01-01
        future     | 2020-01-06
        """,
    )
    store.given(
        "cohort.diseases",
        """
        patient_id | has_all | has_b_lineage | has_t_lineage
        in         | true    | false         | false
        lymphoma   | false   | true          | false
        t_all      | true    | false         | true
        future     | true    | false         | false
        """,
    )
    assert store.rows("cohort.courses", ["patient_id", "course_number", "in_cohort", "exclusion_reason"]) == [
        ("future", 1, False, "after_data_date"),
        ("in", 1, True, None),
        ("in", 2, False, "later_course"),
        ("lymphoma", 1, False, "not_b_all"),
        ("t_all", 1, False, "t_lineage"),
        ("undated", 1, False, "no_dated_infusion"),
    ]


def test_c91_0_is_b_all_unless_t_lineage_is_recorded(store: Store) -> None:
    store.given(
        "stage.condition",
        """
        condition_id | patient_id | verification_status | code_text
        c1           | plain      | confirmed           | acute lymphoblastic leukaemia
        c2           | t_text     | confirmed           | T-ALL
        c3           | b_code     | confirmed           | B-ALL
        c4           | refuted    | refuted             |
        c5           | lymphoma   |                     |
        """,
    )
    store.given(
        "stage.condition_coding",
        f"""
        condition_id | system   | code
        c1           | {WHO}    | C91.000
        c2           | {WHO}    | C91.0
        c3           | {SNOMED} | 277571004
        c4           | {WHO}    | C91.0
        c5           | http://hl7.org/fhir/sid/icd-10-cm | C83.390
        """,
    )
    store.build("cohort.codings", "cohort.texts")
    assert store.rows("cohort.diseases", ["patient_id", "has_all", "has_b_lineage", "has_t_lineage"]) == [
        ("b_code", True, True, False),
        ("lymphoma", False, False, False),
        ("plain", True, False, False),
        ("t_text", True, False, True),
    ]


def _end(store: Store, **given: str) -> list[tuple[object, ...]]:
    _infusions(store, "2019-01-01", "2019-01-25")
    store.given("cohort.record_days", f"patient_id | last_contact_on\np1 | {given.get('last', '2019-12-01')}")
    store.given("cohort.deaths", f"patient_id | died_on | is_dead\np1 | {given.get('died', '')} | true")
    store.given(
        "cohort.next_therapies", f"patient_id | course_number | next_therapy_on\np1 | 1 | {given.get('next', '')}"
    )
    store.given(
        "cohort.conditionings", f"patient_id | course_number | conditioning_on\np1 | 1 | {given.get('hsct', '')}"
    )
    return store.rows("cohort.course_ends", ["follow_up_end_on", "follow_up_end_reason"])


def test_the_first_reason_to_stop_wins(store: Store) -> None:
    assert _end(store) == [("2019-04-01", "protocol_end")]
    assert _end_of(store, last="2019-01-30") == [("2019-01-30", "last_contact")]
    assert _end_of(store, died="2019-02-27", last="2019-02-27") == [("2019-02-27", "death")]
    assert _end_of(store, next="2019-02-22", died="2019-02-27") == [("2019-02-22", "next_therapy")]
    assert _end_of(store, hsct="2019-03-13", next="2019-03-13") == [("2019-03-13", "conditioning")]
    assert _end_of(store, hsct="2019-03-13", died="2019-03-14") == [("2019-03-13", "conditioning")]


def _end_of(store: Store, **given: str) -> list[tuple[object, ...]]:
    store.reset()
    return _end(store, **given)


def test_the_data_date_stops_the_clock(store: Store) -> None:
    store.run(data_date="2019-01-20")
    assert _end(store) == [("2019-01-20", "data_date")]


def test_a_subsequent_course_stops_the_clock_an_infusion_inside_does_not(store: Store) -> None:
    _infusions(store, "2019-01-01", "2019-01-25", "2019-03-10")
    store.given("cohort.record_days", "patient_id | last_contact_on\np1 | 2019-12-01")
    store.build("cohort.course_ends")
    rows = store.rows("cohort.course_ends", ["course_number", "follow_up_end_on", "follow_up_end_reason"])
    assert rows == [(1, "2019-03-10", "subsequent_course"), (2, "2019-06-08", "protocol_end")]
